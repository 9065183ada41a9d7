#include "session_book.hpp"

#include <algorithm>

#include "omniroute/crypto/encoding.hpp"

namespace omniroute::access {
namespace {

constexpr std::size_t id_bytes = 16;

}  // namespace

std::int64_t SessionBook::wall_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall_now().time_since_epoch()).count();
}

std::string SessionBook::id_of(const crypto::Sha256& token_hash) {
  return crypto::to_hex(std::span<const std::uint8_t>(token_hash).first(id_bytes));
}

void SessionBook::add(const domain::Session& session) {
  std::erase_if(entries_, [now = clock_.now()](const auto& entry) { return entry.second.ends <= now; });
  const std::chrono::milliseconds left(session.expires_ms - wall_ms());
  if (left.count() <= 0) return;
  entries_[session.token_hash] = {session, clock_.now() + std::min<std::chrono::milliseconds>(left, session_length), 0};
}

std::optional<std::chrono::milliseconds> SessionBook::age_of(const crypto::Sha256& token_hash) {
  const auto found = entries_.find(token_hash);
  if (found == entries_.end() || found->second.ends <= clock_.now()) return std::nullopt;
  found->second.seen_ms = wall_ms();
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(found->second.ends - clock_.now());
  return session_length - left;
}

std::vector<SessionInfo> SessionBook::list(const std::optional<crypto::Sha256>& current) const {
  std::vector<SessionInfo> infos;
  for (const auto& [hash, entry] : entries_) {
    if (entry.ends <= clock_.now()) continue;
    SessionInfo info;
    info.id = id_of(hash);
    info.peer = entry.session.peer;
    info.agent = entry.session.agent;
    info.created_ms = entry.session.created_ms;
    info.expires_ms = entry.session.expires_ms;
    info.seen_ms = entry.seen_ms;
    info.current = current == hash;
    infos.push_back(std::move(info));
  }
  std::sort(infos.begin(), infos.end(), [](const SessionInfo& a, const SessionInfo& b) { return a.created_ms > b.created_ms; });
  return infos;
}

std::optional<crypto::Sha256> SessionBook::find(std::string_view id) const {
  for (const auto& entry : entries_)
    if (id_of(entry.first) == id) return entry.first;
  return std::nullopt;
}

std::vector<crypto::Sha256> SessionBook::all_but(const std::optional<crypto::Sha256>& keep) const {
  std::vector<crypto::Sha256> hashes;
  for (const auto& entry : entries_)
    if (keep != entry.first) hashes.push_back(entry.first);
  return hashes;
}

}  // namespace omniroute::access

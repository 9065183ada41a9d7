// The configuration as one file under a passphrase: made here, taken in elsewhere.
#include <fmt/chrono.h>
#include <unistd.h>

#include <chrono>

#include "omniroute/crypto/encoding.hpp"
#include "omniroute/crypto/passphrase.hpp"
#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "omniroute/services/backups.hpp"
#include "omniroute/store/portable.hpp"

namespace omniroute::services {
namespace {

// What is sealed: one line of JSON, {"format","made","gateway","sealingKey"}, and then the database's bytes.
constexpr std::string_view format = "omniroute-state-1";

Error no_state() {
  return {ErrorKind::conflict, "The file opened, but holds no state of an OmniRoute that this one knows. Update this one first."};
}

Secret wrap(const store::PortableState& state, std::string_view made, std::string_view version) {
  std::string line;
  json::Writer(line)
      .begin_object()
      .key("format")
      .string(format)
      .key("made")
      .string(made)
      .key("gateway")
      .string(version)
      .key("sealingKey")
      .string(crypto::to_base64url(crypto::bytes_of(state.sealing_key.reveal())))
      .end_object();
  const Secret head(std::move(line));
  std::string whole;
  whole.reserve(head.reveal().size() + 1 + state.database.size());
  whole.append(head.reveal()).append(1, '\n').append(state.database);
  return Secret(std::move(whole));
}

Result<store::PortableState> unwrap(const Secret& content) {
  const std::string_view text = content.reveal();
  const std::size_t end = text.find('\n');
  json::Document head;
  if (end == std::string_view::npos || !head.parse(text.substr(0, end)) || head.root().find("format").text() != format) return no_state();
  const std::optional<std::string> key = crypto::from_base64url(head.root().find("sealingKey").text());
  if (!key) return no_state();
  store::PortableState state;
  state.database = text.substr(end + 1);
  state.sealing_key = Secret(*key);
  return state;
}

}  // namespace

// The passphrase is worked on where the database is read: that is half a second of a thread which no request to a model waits for.

Task<Result<ExportedState>> Backups::export_state(Secret passphrase, std::string_view version) {
  Result<store::PortableState> packed = co_await store::pack_state(database_);
  if (!packed) co_return std::move(packed).error();
  const std::time_t now = std::chrono::system_clock::to_time_t(clock_.wall_now());
  const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(now));
  const auto plain = std::make_shared<const Secret>(wrap(*packed, time, version));
  store::Database::Work<std::string> work = [plain, passphrase](store::Transaction&) {
    return crypto::seal_with_passphrase(plain->reveal(), passphrase);
  };
  Result<std::string> sealed = co_await database_.read<std::string>(std::move(work));
  if (!sealed) co_return std::move(sealed).error();
  ExportedState state;
  state.name = "omniroute-" + time + ".omniexport";
  state.bytes = *std::move(sealed);
  co_return state;
}

Task<Result<BackupContent>> Backups::import_state(std::string file, Secret passphrase, bool dry_run) {
  store::Database::Work<Secret> work = [file = std::move(file), passphrase](store::Transaction&) {
    return crypto::open_with_passphrase(file, passphrase);
  };
  Result<Secret> plain = co_await database_.read<Secret>(std::move(work));
  if (!plain) co_return std::move(plain).error();
  Result<store::PortableState> state = unwrap(*plain);
  if (!state) co_return std::move(state).error();
  const std::string path = store::work_path(database_, "import");
  store::PortableState given = *std::move(state);
  Result<store::BackupCheck> checked = co_await store::unpack_state(database_, std::move(given), path);
  if (!checked) co_return std::move(checked).error();
  Status done;
  if (!dry_run) done = co_await put_in_place(path, "an exported file", "pre-import");
  ::unlink(path.c_str());
  if (!done) co_return std::move(done).error();
  BackupContent content{checked->schema, checked->connections, checked->nodes, checked->keys};
  co_return content;
}

}  // namespace omniroute::services

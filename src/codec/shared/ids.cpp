#include "shared/ids.hpp"

#include <algorithm>

namespace omniroute::codec {
namespace {

constexpr std::size_t hash_digits = 12;

// FNV-1a, then the finaliser of MurmurHash3 so that the upper half depends on every byte.
std::uint64_t hash64(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdull;
  hash ^= hash >> 33;
  return hash;
}

bool letter_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool takes(Charset charset, char c) noexcept {
  if (letter_or_digit(c) || c == '_' || c == '-') return true;
  if (charset == Charset::gemini) return c == '.' || c == ':';
  return charset == Charset::printable && static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
}

std::string flat_name(std::string_view name_space, std::string_view name) { return std::string(name_space) + "__" + std::string(name); }

bool starts_well(Charset charset, char c) noexcept {
  return charset != Charset::gemini || c == '_' || (letter_or_digit(c) && (c < '0' || c > '9'));
}

}  // namespace

std::string short_hash(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t hash = hash64(text);
  std::string out(hash_digits, '0');
  for (std::size_t n = hash_digits; n > 0; --n, hash >>= 4) out[n - 1] = digits[hash & 15];
  return out;
}

bool legal(std::string_view name, const NameRule& rule) noexcept {
  if (name.empty() || name.size() > rule.longest || !starts_well(rule.charset, name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&rule](char c) { return takes(rule.charset, c); });
}

std::string legal_form(std::string_view name, const NameRule& rule) {
  if (legal(name, rule)) return std::string(name);
  std::string out;
  if (!name.empty() && !starts_well(rule.charset, name.front())) out.push_back('_');
  // Only ASCII is kept of the prefix: half a character of a longer encoding would not be text.
  for (const char c : name) out.push_back(takes(rule.charset, c) && static_cast<unsigned char>(c) < 0x80 ? c : '_');
  out.resize(std::min(out.size(), rule.longest - hash_digits - 1));
  return out + "_" + short_hash(name);
}

std::string_view bare_answer_id(std::string_view id) noexcept {
  for (const std::string_view prefix : {"chatcmpl-", "msg_", "resp_"})
    if (id.substr(0, prefix.size()) == prefix) return id.substr(prefix.size());
  return id;
}

std::string made_call_id(std::string_view seed, std::size_t turn, std::size_t position) {
  return "call_" + short_hash(std::string(seed) + '\n' + std::to_string(turn) + '\n' + std::to_string(position));
}

std::string wire_tool_name(std::string_view name_space, std::string_view name, const NameRule& rule) {
  if (name.empty()) name = "unnamed";
  return name_space.empty() ? legal_form(name, rule) : legal_form(flat_name(name_space, name), rule);
}

const ir::Tool* find_tool(const ir::ChatRequest& request, std::string_view wire) {
  for (const ir::Tool& tool : request.tools)
    if (tool.name == wire && tool.name_space.empty()) return &tool;
  const bool hashed = wire.size() > hash_digits && wire[wire.size() - hash_digits - 1] == '_';
  const std::string_view hash = hashed ? wire.substr(wire.size() - hash_digits) : std::string_view();
  for (const ir::Tool& tool : request.tools) {
    const std::string flat = tool.name_space.empty() ? tool.name : flat_name(tool.name_space, tool.name);
    if (flat == wire || (hashed && short_hash(flat) == hash)) return &tool;
  }
  // A model may leave the namespace out.
  for (const ir::Tool& tool : request.tools)
    if (tool.name == wire) return &tool;
  return nullptr;
}

}  // namespace omniroute::codec

#include "shared/carrier.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "omniroute/crypto/encoding.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::codec {
namespace {

using ir::Format;

constexpr std::string_view tag = "omni1.";
// What base64url makes of the tag: six bytes are eight characters exactly.
constexpr std::string_view tag_base64 = "b21uaTEu";

constexpr std::array<std::pair<char, Format>, 4> vendors{
    {{'c', Format::openai_chat}, {'r', Format::openai_responses}, {'a', Format::anthropic}, {'g', Format::gemini}}};
constexpr std::array<std::pair<char, std::string_view>, 4> kinds{
    {{'s', "signature"}, {'r', "redacted"}, {'e', "encrypted"}, {'t', "thought_signature"}}};

std::string from_standard(std::string_view text) {
  std::string out(text.substr(0, text.find('=')));
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

}  // namespace

std::string wrap_opaque(const ir::Opaque& opaque, std::string_view item_id) {
  std::string out(tag);
  for (const auto& [letter, vendor] : vendors)
    if (vendor == opaque.origin) out.push_back(letter);
  char kind = 's';
  for (const auto& [letter, name] : kinds)
    if (name == opaque.kind) kind = letter;
  out.push_back(kind);
  out.push_back('.');
  if (item_id.find('.') == std::string_view::npos) out.append(item_id);
  out.push_back('.');
  return out.append(opaque.bytes);
}

std::optional<Unwrapped> unwrap_opaque(std::string_view text) {
  if (!text.starts_with(tag)) return std::nullopt;
  Unwrapped found;
  found.opaque.kind = "damaged";
  text.remove_prefix(tag.size());
  if (text.size() < 3 || text[2] != '.') return found;
  const char vendor_letter = text[0];
  const char kind_letter = text[1];
  text.remove_prefix(3);
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return found;
  for (const auto& [letter, vendor] : vendors)
    if (letter == vendor_letter) found.opaque.origin = vendor;
  for (const auto& [letter, name] : kinds)
    if (letter == kind_letter) found.opaque.kind = name;
  found.item_id = text.substr(0, dot);
  found.opaque.bytes = text.substr(dot + 1);
  return found;
}

std::string wrap_opaque_base64(const ir::Opaque& opaque, std::string_view item_id) {
  const std::string plain = wrap_opaque(opaque, item_id);
  std::string out = crypto::to_base64url(crypto::bytes_of(plain));
  out.resize((out.size() + 3) / 4 * 4, '=');  // some readers take no base64 without its padding
  return out;
}

std::optional<Unwrapped> unwrap_opaque_base64(std::string_view text) {
  if (!text.starts_with(tag_base64)) return std::nullopt;
  const std::optional<std::string> plain = crypto::from_base64url(from_standard(text));
  // What was wrapped came out of JSON: bytes that are no text were changed on the way, and no JSON could carry them on.
  return unwrap_opaque(plain && json::valid_utf8(*plain) ? *plain : tag);
}

}  // namespace omniroute::codec

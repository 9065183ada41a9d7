#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "omniroute/ir/chat.hpp"

/// Vendor bytes in another vendor's field. A client's format often has a place for opaque reasoning (Anthropic
/// `signature` and `data`, Responses `encrypted_content`, Gemini `thoughtSignature`) but the bytes come from elsewhere:
/// they travel there in a wrapping that names their issuer, and come back with the next request. Wrapped bytes are
/// never handed to a vendor: readers unwrap them, writers send only what their own vendor issued.
///
///   "omni1." vendor letter, kind letter "." item id "." bytes
namespace omniroute::codec {

/// The wrapped form. `item_id` is the Responses item the bytes belong to, or empty.
std::string wrap_opaque(const ir::Opaque& opaque, std::string_view item_id = {});

struct Unwrapped {
  ir::Opaque opaque;
  std::string item_id;
};

/// What a field's text holds if this gateway wrapped it, else nothing. A text that begins like a wrapping but is damaged
/// yields an Opaque without bytes, so that it is not taken for the vendor's own.
std::optional<Unwrapped> unwrap_opaque(std::string_view text);

/// The same for fields whose clients insist on base64 (Gemini): the wrapping as base64url.
std::string wrap_opaque_base64(const ir::Opaque& opaque, std::string_view item_id = {});
std::optional<Unwrapped> unwrap_opaque_base64(std::string_view text);

}  // namespace omniroute::codec

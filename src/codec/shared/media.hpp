#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace omniroute::codec {

/// What a data: URL holds (RFC 2397), brought to base64.
struct DataUrl {
  std::string mime;    ///< lower case, without parameters; "text/plain" if none was given
  std::string base64;  ///< white space removed
};

/// Scheme and "base64" in any case, parameters, percent escapes; data that is not base64 is encoded. nullopt for
/// anything but a data: URL.
std::optional<DataUrl> parse_data_url(std::string_view url);
std::string data_url(std::string_view mime, std::string_view base64);

std::string encode_base64(std::string_view bytes);
/// Standard and URL alphabet, with or without padding; nullopt if it is neither.
std::optional<std::string> decode_base64(std::string_view text);

/// The type that the first bytes of an image tell (png, jpeg, gif, webp), for those whose sender named none or a wrong
/// one; else `named`, "image/jpg" put right. The view lives as long as `named`.
std::string_view image_type(std::string_view base64, std::string_view named) noexcept;

/// "png" -> "image/png" by the end of a file name or address; empty if unknown.
std::string_view mime_of_name(std::string_view name) noexcept;

}  // namespace omniroute::codec

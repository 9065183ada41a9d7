#pragma once
#include <string>
#include <string_view>

#include "omniroute/base/result.hpp"
#include "omniroute/base/secret.hpp"
#include "omniroute/domain/format.hpp"

/// What the owner may enter, field by field. Errors are bad_request with `param` = the field as the API names it.
namespace omniroute::config {

Error bad_field(std::string_view field, const std::string& what);

/// A name for people: 1..200 bytes of UTF-8 without control characters.
Status check_name(std::string_view field, std::string_view name);
/// A provider's key: 1..10000 visible ASCII characters, since it goes into a header.
Status check_api_key(const Secret& key);
/// A proxy URL, or empty.
Status check_proxy(const Secret& proxy);
/// [A-Za-z0-9_.-]{1,50}: what stands before the slash of a model name.
Status check_prefix(std::string_view prefix);
/// A file of PEM certificates that can be read, or empty.
Status check_ca_file(const std::string& path);
/// The base of a node: http or https, without credentials, query and fragment, no address that is never a provider's
/// (metadata, link-local, unspecified, multicast), no other spelling of a number. Returns it without trailing slashes and
/// without the path of the format's own chat request.
Result<std::string> clean_base_url(std::string_view text, domain::Format format);

}  // namespace omniroute::config

#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "form.hpp"
#include "omniroute/api/gateway.hpp"
#include "omniroute/base/task.hpp"

/// The handlers that bring the configuration out of here or in from elsewhere, as whole files.
namespace omniroute::api {

// backups.cpp
Task<void> export_state(Services& services, Call& call);
Task<void> import_state(Services& services, Call& call);

// import.cpp
Task<void> import_foreign(Services& services, Call& call);

/// A file's bytes as base64, padded or not, of either alphabet (RFC 4648, sections 4 and 5).
std::optional<std::string> file_of(Form& form, std::string_view name);

}  // namespace omniroute::api

#pragma once
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "omniroute/api/gateway.hpp"
#include "omniroute/base/task.hpp"

namespace omniroute::api {

/// Answers a call with a JSON text.
Task<void> send_json(Call& call, int status, std::string body);
/// Answers with an error in the shape of the management API: {"error":{"message","type","code"?,"details"?:[{field,message}]}}.
Task<void> send_error(Call& call, Error error);
/// Answers with an error in the dialect of a client format.
Task<void> send_dialect_error(Call& call, domain::Format dialect, Error error);
/// The management API's error body and its status.
std::string error_json(const Error& error);
/// HTTP status of an error of our own.
int status_of(const Error& error) noexcept;

}  // namespace omniroute::api

#pragma once
#include <string>
#include <string_view>

#include "omniroute/codec/codec.hpp"
#include "omniroute/json/document.hpp"

/// Errors of all dialects, read by one reader and worded from one table (wire-formats.md 8.8).
namespace omniroute::codec {

struct ErrorRow {
  ErrorKind kind;
  int status;
  std::string_view openai_type;
  std::string_view openai_code;
  std::string_view anthropic_type;
  std::string_view gemini_status;
};

/// The row of an error as a client may see it: what a provider said about the gateway's own key or credit becomes an
/// upstream failure, or the client would send its user to log in again.
const ErrorRow& error_row(const Error& error) noexcept;

/// Reads an error body of any dialect (an object, a one-element array, a bare string, HTML); `status` 0 = inside a stream.
Error read_error(int status, std::string_view body);
/// The same for a value that was parsed already.
Error read_error(int status, json::Value body);
/// True if a value has the look of an error envelope.
bool is_error(json::Value body);

/// The text without keys, tokens, account ids and addresses of upstream hosts.
std::string redacted(std::string_view message);

}  // namespace omniroute::codec

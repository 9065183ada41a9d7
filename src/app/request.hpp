#pragma once
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "channel.hpp"
#include "omniroute/base/result.hpp"

/// What all commands do with the management API.
namespace omniroute::app {

using Json = nlohmann::ordered_json;

/// One request; its answer is a JSON object. Errors are the API's own words.
Result<Json> ask(Channel& channel, std::string_view method, const std::string& path, const Json& body);
Result<Json> ask(Channel& channel, std::string_view method, const std::string& path);

/// The error that an answer is, in the API's own words; fine if it is none.
Status refused(const Answer& answer);

/// A member as text: texts as they are, others as JSON, null and absence empty.
std::string text_of(const Json& json, const char* member);
/// As --json prints it.
std::string dump(const Json& json);

/// The one entry of the list at `path` that goes by the given id, or by one of `members`.
Result<Json> pick(Channel& channel, const std::string& path, const char* list, std::initializer_list<const char*> members,
                  const std::string& which, const char* what);

}  // namespace omniroute::app

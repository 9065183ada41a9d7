#include "request.hpp"

#include <nlohmann/json.hpp>

namespace omniroute::app {
namespace {

/// The message of an error, with the name of the field where it does not say it itself.
std::string words_of(const Json& error) {
  std::string message = text_of(error, "message");
  if (!error.contains("details") || error["details"].empty()) return message;
  const std::string field = text_of(error["details"][0], "field");
  return message.find(field) == std::string::npos ? field + ": " + message : message;
}

}  // namespace

std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string text_of(const Json& json, const char* member) {
  const auto found = json.find(member);
  if (found == json.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> ask(Channel& channel, std::string_view method, const std::string& path) { return ask(channel, method, path, nullptr); }

Result<Json> ask(Channel& channel, std::string_view method, const std::string& path, const Json& body) {
  Result<Answer> answer =
      channel.ask(method, path, body.is_null() ? std::string() : body.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!answer) return std::move(answer).error();
  if (Status fine = refused(*answer); !fine) return std::move(fine).error();
  Json json = Json::parse(answer->body, nullptr, false);
  if (json.is_object()) return json;
  return Error(ErrorKind::internal, "The management API answered with no JSON object.");
}

Status refused(const Answer& answer) {
  if (answer.status >= 200 && answer.status < 300) return {};
  const Json json = Json::parse(answer.body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_object())
    return Error(ErrorKind::bad_request, words_of(json["error"]));
  return Error(ErrorKind::internal, "The management API answered with status " + std::to_string(answer.status) + ".");
}

Result<Json> pick(Channel& channel, const std::string& path, const char* list, std::initializer_list<const char*> members,
                  const std::string& which, const char* what) {
  Result<Json> all = ask(channel, "GET", path);
  if (!all) return all;
  Json found;
  for (const Json& entry : all->at(list)) {
    if (text_of(entry, "id") == which) return entry;
    for (const char* member : members) {
      if (text_of(entry, member) != which) continue;
      if (!found.is_null())
        return Error(ErrorKind::bad_request, std::string("Several ") + what + "s are called " + which + ". Name one by its id.");
      found = entry;
      break;
    }
  }
  if (found.is_null()) return Error(ErrorKind::not_found, std::string("There is no ") + what + " " + which + ".");
  return found;
}

}  // namespace omniroute::app

#include "kept_reply.hpp"

#include "omniroute/json/document.hpp"

namespace omniroute::api {

Task<Status> KeptReply::send(int status, std::span<const http::Header> headers, std::string_view body) {
  if (status == 200) keep(body);
  return client_.send(status, headers, body);
}

Task<Status> KeptReply::push(std::string_view piece) {
  reader_.feed(piece);
  http::SseEvent event;
  while (reader_.next(event)) {
    if (event.name != "response.completed" && event.name != "response.incomplete") continue;
    json::Document document;
    if (document.parse(event.data)) keep(document.root().find("response").raw());
  }
  return client_.push(piece);
}

void KeptReply::keep(std::string_view response) {
  json::Document document;
  if (!document.parse(response)) return;
  record_.id = document.root().find("id").text();
  // An upstream that gives every answer one id: the conversation would go on from itself.
  if (record_.id.empty() || record_.id == record_.previous_id) return;
  record_.response = Secret(std::string(response));
  responses_.save(record_);
}

}  // namespace omniroute::api

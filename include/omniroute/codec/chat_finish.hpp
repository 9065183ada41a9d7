#pragma once
#include <string>
#include <string_view>

#include "omniroute/http/sse.hpp"

/// Chat clients fail on a finish_reason that is not OpenAI's, and some begin anew without end where none comes. Chat answers
/// that pass unread otherwise are therefore looked at here.
namespace omniroute::codec {

/// A whole answer with OpenAI's nearest word where its finish_reason is another or null; empty if nothing is to mend.
std::string with_known_finish(std::string_view completion);

/// The same for one stream. Show it every event that may hold a finish, and the end mark.
class ChatFinish {
 public:
  explicit ChatFinish(std::string_view model) : model_(model) {}
  /// What goes to the client in the event's place, framed; empty if it may pass as it is. An end mark without any finish
  /// before it gets one.
  std::string mended(const http::SseEvent& event);

 private:
  std::string model_;
  bool finished_ = false;
};

}  // namespace omniroute::codec

#include "adapted_reply.hpp"

namespace omniroute::api {

Task<Status> AdaptedReply::send(int status, std::span<const http::Header> headers, std::string_view body) {
  const bool readable = document_.parse(body).ok();
  if (readable && status == 200) {
    out_ = whole(document_.root());
  } else {
    out_ = refusal(body);
  }
  co_return co_await client_.send(status, headers, out_);
}

Task<Status> AdaptedReply::begin(int status, std::span<const http::Header> headers) {
  std::vector<http::Header> own(headers.begin(), headers.end());
  for (http::Header& header : own)
    if (http::same_name(header.name, "content-type")) header.value = stream_type_;
  co_return co_await client_.begin(status, own);
}

Task<Status> AdaptedReply::push(std::string_view piece) {
  out_.clear();
  reader_.feed(piece);
  http::SseEvent event;
  bool any = false;
  while (reader_.next(event)) {
    any = true;
    if (event.data == "[DONE]") {
      done(out_);
    } else if (document_.parse(event.data)) {
      chunk(document_.root(), out_);
    }
  }
  if (!any) still_alive(out_);
  co_return co_await client_.push(out_);
}

}  // namespace omniroute::api

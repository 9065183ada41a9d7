#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/http/server.hpp"
#include "omniroute/http/sse.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::api {

/// An answer in chat form on its way to a client of an older form that says the same in other words. Errors pass as they are.
class AdaptedReply : public http::ReplySink {
 public:
  /// `stream_type` is the content type of a stream in the client's form.
  AdaptedReply(http::ReplySink& client, std::string_view stream_type) : client_(client), stream_type_(stream_type) {}

  Task<Status> send(int status, std::span<const http::Header> headers, std::string_view body) override;
  Task<Status> begin(int status, std::span<const http::Header> headers) override;
  Task<Status> push(std::string_view piece) override;
  Task<Status> end() override { return client_.end(); }
  void abort() noexcept override { client_.abort(); }
  [[nodiscard]] bool begun() const noexcept override { return client_.begun(); }
  void watch_client(net::PeerWatch* watch) noexcept override { client_.watch_client(watch); }

 protected:
  /// A whole answer (`chat.completion`) in the client's form.
  virtual std::string whole(json::Value completion) = 0;
  /// The body of a refusal in the client's form; it keeps OpenAI's unless told otherwise.
  virtual std::string refusal(std::string_view body) { return std::string(body); }
  /// Appends what one chunk (`chat.completion.chunk`, or an object with `error`) is in the client's form; maybe nothing.
  virtual void chunk(json::Value completion, std::string& out) = 0;
  /// Appends what the client's form has for the end mark.
  virtual void done(std::string& out) = 0;
  /// Appends what the client's form has for a sign of life.
  virtual void still_alive(std::string& out) = 0;

 private:
  http::ReplySink& client_;
  std::string_view stream_type_;
  http::SseReader reader_;
  json::Document document_;
  std::string out_;
};

}  // namespace omniroute::api

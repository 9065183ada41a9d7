#pragma once
#include <list>
#include <string>

#include "omniroute/base/result.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// A request as it goes to one target: the client's own bytes with the model name spliced where both sides speak the same
/// format, else written anew from the canonical form. Stays where it was made: the body's views point into it.
class UpstreamRequest {
 public:
  UpstreamRequest(Exchange& exchange, const routing::Target& target, codec::Losses& losses)
      : x_(exchange), target_(target), losses_(losses) {}
  UpstreamRequest(const UpstreamRequest&) = delete;
  UpstreamRequest& operator=(const UpstreamRequest&) = delete;

  /// Fills `outgoing`. Errors: those of the codecs; bad_request for a provider address that cannot be called.
  Status prepare();

  std::chrono::milliseconds connect_within{0};  ///< shorter clocks of this attempt alone; 0 = the settings'
  std::chrono::milliseconds content_within{0};
  std::chrono::milliseconds total_within{0};  ///< what is left of the request's own time

  http::Outgoing outgoing;
  http::Timeouts timeouts;
  bool pass_through = false;  ///< the answer may pass as it comes, too
  bool hide_usage = false;    ///< chat stream: we asked for the usage chunk, the client did not

 private:
  Status address();
  void credentials();
  [[nodiscard]] bool asks_too_much() const;
  void splice();
  std::string_view without_wishes();
  [[nodiscard]] std::string with_usage() const;
  Status write_body();
  Status translate();

  Exchange& x_;
  const routing::Target& target_;
  codec::Losses& losses_;
  std::list<std::string> texts_;  // what the spliced body's views point to; a list keeps them in place
};

}  // namespace omniroute::pipeline

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
  UpstreamRequest(Exchange& exchange, const routing::Target& target) : x_(exchange), target_(target) {}
  UpstreamRequest(const UpstreamRequest&) = delete;
  UpstreamRequest& operator=(const UpstreamRequest&) = delete;

  /// Fills `outgoing`. Errors: those of the codecs; bad_request for a provider address that cannot be called.
  Status prepare();

  http::Outgoing outgoing;
  http::Timeouts timeouts;
  bool pass_through = false;  ///< the answer may pass as it comes, too
  bool hide_usage = false;    ///< chat stream: we asked for the usage chunk, the client did not

 private:
  Status address();
  void credentials();
  void splice();
  [[nodiscard]] std::string with_usage() const;
  Status translate();

  Exchange& x_;
  const routing::Target& target_;
  std::list<std::string> texts_;  // what the spliced body's views point to; a list keeps them in place
};

}  // namespace omniroute::pipeline

#pragma once
#include "omniroute/base/task.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// One try at one target. While it runs the client is watched: once it is gone, the upstream is let go at once.
class Attempt final : private net::PeerWatch {
 public:
  Attempt(Exchange& exchange, const routing::Target& target, http::ReplySink& client) : x_(exchange), target_(target), client_(client) {}

  /// Asks the target and relays its answer. An error with client.begun() false leaves the client unanswered.
  Task<Status> run();

 private:
  void peer_gone() noexcept override { cancel_.cancel(); }
  Task<Status> ask();
  /// The provider's refusal as an error.
  Task<Error> refusal(http::Incoming& answer);

  Exchange& x_;
  const routing::Target& target_;
  http::ReplySink& client_;
  http::CancelHandle cancel_;
};

/// True if another account may answer where this one failed: trouble of the account or the provider, not of the request.
bool another_may_help(const Error& error) noexcept;

/// The provider's hint when to come back, from its headers; nullopt if it gave none.
std::optional<std::chrono::milliseconds> retry_hint(const http::Incoming& answer);

}  // namespace omniroute::pipeline

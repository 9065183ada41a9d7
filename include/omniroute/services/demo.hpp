#pragma once
#include <memory>
#include <string>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::services {

/// The built-in provider `demo`: an OpenAI-style upstream on a loopback port of its own, reached like any other provider, so
/// that the gateway can be tried before anyone has an account. `echo` says the last user message again word by word;
/// `story` tells a few paragraphs slowly enough to watch. A token is a word, and usage counts those.
class Demo {
 public:
  /// Binds a free port of 127.0.0.1 and serves on `workers`, which outlive it.
  static Result<std::unique_ptr<Demo>> start(std::vector<net::Worker*> workers);
  ~Demo();
  /// "http://127.0.0.1:PORT/v1", for catalog::Catalog::serve_demo_at.
  [[nodiscard]] const std::string& base_url() const noexcept;
  /// Stops accepting and closes every connection. Any thread.
  void close();

 private:
  struct State;
  explicit Demo(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace omniroute::services

#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::services {

/// One thing that the scripted upstream does to one request.
struct MockStep {
  enum class Kind : std::uint8_t {
    ok,      ///< an answer
    status,  ///< an error of that status
    cut,     ///< an answer whose connection ends after so many bytes of its body
    slow,    ///< an answer after a pause
    drip,    ///< an answer with a pause before each word
    hang,    ///< no answer at all
    reset,   ///< the connection ends without an answer
    empty,   ///< 200 that says nothing
    error,   ///< 200, and an error in its place
  };
  Kind kind = Kind::ok;
  int status = 200;
  std::size_t bytes = 0;
  std::chrono::milliseconds pause{0};  ///< of slow and drip; of an error: its Retry-After, 0 = none
  std::string text;                    ///< of an error: its message
  std::uint32_t times = 1;
};

/// Steps in order; when they are used up, the last one goes on for ever.
struct MockScript {
  std::vector<MockStep> steps;

  /// "429x3,cut@512,slow=5s,ok": steps apart by commas, xN = N times. Steps: ok, 400..599 (=PAUSE: with Retry-After; =TEXT: with
  /// that message), cut@BYTES, slow=PAUSE, drip=PAUSE, hang, reset, empty, error[=TEXT]. Pauses: 500ms, 5s, 2m. The error names
  /// the step.
  static Result<MockScript> parse(std::string_view text);
};

struct MockOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 = any free one
  MockScript script;
  std::map<std::string, MockScript, std::less<>> models;  ///< scripts of single models; they count for themselves
};

/// An upstream that does as it is told, in all four formats (the path tells which), for tests of routing: it wants no key and
/// reaches no network. GET /mock/requests shows how many requests each model got.
class Mock {
 public:
  /// Binds and serves on `workers`, which outlive it.
  static Result<std::unique_ptr<Mock>> start(MockOptions options, std::vector<net::Worker*> workers);
  ~Mock();
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Stops accepting and closes every connection. Any thread.
  void close();

 private:
  struct State;
  explicit Mock(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace omniroute::services

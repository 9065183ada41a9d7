#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/access/gate.hpp"
#include "omniroute/access/spending.hpp"
#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/codec/codec.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/domain/format.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/http/message.hpp"
#include "omniroute/ir/chat.hpp"
#include "omniroute/ir/event.hpp"
#include "omniroute/net/worker.hpp"
#include "omniroute/routing/planner.hpp"
#include "omniroute/routing/strategy.hpp"
#include "omniroute/routing/trace.hpp"

namespace omniroute::pipeline {

/// What one worker works with: its upstream connections and its pointer to the configuration. Touched on that worker only.
struct Lane {
  Lane(net::Worker& its_worker, http::Limits limits);
  net::Worker& worker;
  http::Client upstreams;
  routing::Dice dice;  ///< each decision gets a seed of its own from them
  std::shared_ptr<const config::Snapshot> config;
};

/// `compact`: Responses only, answers with an item that stands for the conversation.
enum class Operation : std::uint8_t { generate, count_tokens, compact };

/// What routing needs of a request's body, found without reading the rest.
struct Envelope {
  std::string model;
  bool stream = false;
  bool include_usage = false;       ///< chat: the client asked for the usage chunk
  std::string_view model_literal;   ///< where the name stands in the body, quotes included; empty if it is in the path
  std::string_view stream_options;  ///< chat: the member's value, or empty
  std::string_view models;          ///< OpenRouter's `models`: the raw array, or empty
  std::string_view provider;        ///< OpenRouter's `provider`: the raw object, or empty
  bool tools = false;               ///< the body offers tools
  bool json_array = false;          ///< gemini: the stream is one JSON array (no alt=sse)
};

/// How a request ended, for the record.
struct Outcome {
  int status = 0;  ///< as the client saw it; 499 = it went away
  std::optional<Error> error;
  ir::Usage usage;
  bool estimated = false;
  std::optional<Tick> first_token;
  std::string dropped;  ///< fields that the target's format could not carry
  int attempts = 0;
  std::optional<routing::Target> target;  ///< the one that answered, or was tried last
};

/// An attempt that was under way when another one answered first: what its provider did by then counts, too.
struct Beaten {
  routing::Target target;
  ir::Usage usage;
  bool estimated = false;
  access::Reservation reservation;
};

/// Told right before the first byte of content goes to the client: from there on no other target can answer.
class ContentWatch {
 public:
  virtual void content_begins() = 0;

 protected:
  ~ContentWatch() = default;
};

/// How long a request waited for others: for a provider, for its client to take bytes, for a place in a line. The rest of its time is
/// ours. Waits of two attempts that run beside each other count once.
class Waits {
 public:
  void begin(Tick now) noexcept {
    if (under_way_++ == 0) since_ = now;
  }
  void end(Tick now) noexcept {
    if (--under_way_ == 0) total_ += now - since_;
  }
  [[nodiscard]] Tick::duration total() const noexcept { return total_; }

 private:
  int under_way_ = 0;
  Tick since_;
  Tick::duration total_{0};
};

class Opening;
class Tape;

/// One request on its way through the house. Lives in its coroutine.
class Exchange {
 public:
  Exchange(http::Request& its_request, Lane& its_lane) : request(its_request), lane(its_lane), config(its_lane.config) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  http::Request& request;
  Lane& lane;
  std::shared_ptr<const config::Snapshot> config;  ///< the one it began with
  domain::Format format = domain::Format::openai_chat;
  Operation operation = Operation::generate;
  std::string_view endpoint;  ///< the route's path, for the record
  access::Caller caller;
  std::string id;
  Tick began;
  WallTime began_wall;
  std::chrono::milliseconds patience{0};    ///< for all attempts together; 0 = the settings' total_timeout
  std::vector<http::Header> reply_headers;  ///< go out with every answer: request id, CORS
  Envelope envelope;
  codec::Losses lost;  ///< what the client said in a form of its own (Ollama's) and `format` has no place for
  routing::Facts facts;
  routing::Plan plan;
  resilience::Now planned;                       ///< when the plan was made
  std::vector<routing::AttemptRecord> attempts;  ///< as they went, for the trace
  access::Booking booking;                       ///< what it holds of its key's limits
  access::Reservation reservation;               ///< what it holds of budgets, for the attempt that counts
  std::vector<Beaten> beaten;
  Opening* opening = nullptr;  ///< for signs of life ahead of the first content
  Outcome outcome;
  Waits waits;
  std::shared_ptr<Tape> tape;  ///< takes its bodies down, where that is asked for

  [[nodiscard]] const codec::Codec& codec() const { return codec::codec_for(format); }
  /// Around whatever waits for somebody else.
  void wait_begins() { waits.begin(lane.worker.clock().now()); }
  void wait_ends() { waits.end(lane.worker.clock().now()); }
  /// How long it may take in all; 0 = no limit.
  [[nodiscard]] std::chrono::milliseconds total() const { return patience.count() > 0 ? patience : config->settings().total_timeout; }
  /// The request's meaning, decoded when first asked for.
  Result<const ir::ChatRequest*> chat();
  /// Another body in the client's format. What was read of the old one is forgotten; open() reads the envelope anew.
  void replace_body(std::string body);

 private:
  std::optional<Result<ir::ChatRequest>> chat_;
};

}  // namespace omniroute::pipeline

#pragma once
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "event_splitter.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/codec/chat_finish.hpp"
#include "omniroute/codec/stop_cutter.hpp"
#include "omniroute/http/client.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/http/sse.hpp"
#include "omniroute/pipeline/exchange.hpp"

namespace omniroute::pipeline {

/// Brings one answer (status 2xx) from its provider to the client, piece by piece: the next piece is read only after the
/// client took the last one. Before anything went out, a failure is returned and another target may be tried; after that
/// it is worded in the client's own format, the answer is ended, and the failure is returned for the record.
class Relay {
 public:
  /// `outcome` gets what is learnt; `watch` is told before the client gets its first byte.
  Relay(Exchange& exchange, const routing::Target& target, http::Incoming& upstream, http::ReplySink& client, bool hide_usage,
        Outcome& outcome, ContentWatch& watch);

  /// Same format on both sides: bytes as they come, whole events only.
  Task<Status> pass();
  /// Through the canonical form.
  Task<Status> translate();

 private:
  Task<Status> pass_stream();
  Task<Status> pass_whole();
  Task<Status> translate_stream();
  /// Events of an answer that came whole, to a client that streams.
  Task<Status> unfold(ir::Events events);
  /// An answer that came as a stream, for a client that does not.
  Task<Result<ir::Events>> fold();
  Task<Result<ir::Events>> read_whole(std::string& body);
  Task<Status> send_whole(std::string_view body);

  /// Reads on, with signs of life to the client while the upstream is silent. What is `held` for the first content goes out
  /// with the first of them: no client waits for ever so that another target might still answer.
  Task<Result<http::Piece>> next_piece(std::string& held);
  Task<Status> push(std::string_view bytes);
  /// Pushes what was read, or holds it while there is no content yet.
  Task<Status> push_or_hold(const std::vector<std::string_view>& out, std::string& held);
  /// The end of a stream that came to its own.
  Task<Status> end();
  /// The end of a stream that failed: nothing yet sent -> the error itself; else an error event and a proper end.
  Task<Status> fail(Error error);

  void observe(const ir::Event& event);
  /// The error of an answer that ended well and said nothing; nullopt if it said something.
  [[nodiscard]] std::optional<Error> nothing_said() const;
  /// Where the target does not take all stop sequences, the rest is looked for here.
  void watch_stops();
  /// The events of a whole answer, up to the first of those sequences.
  [[nodiscard]] ir::Events cut_at_stop(ir::Events events);
  /// Writes what of an event may go on.
  void encode(ir::Event event, codec::EventEncoder& encoder, std::string& out);
  /// An answer that came whole without a word on usage: counts of our own, marked as such.
  void estimate_if_silent();
  [[nodiscard]] bool upstream_streams() const;
  [[nodiscard]] codec::ReplyContext context() const;
  /// Cuts `bytes` (whole events) into what goes to the client; sets `failure_` at an error event.
  void look_at(std::string_view bytes, codec::EventDecoder& decoder, std::vector<std::string_view>& out);
  void take_in(codec::EventDecoder& decoder, const http::SseEvent& event);

  Exchange& x_;
  const routing::Target& target_;
  http::Incoming& upstream_;
  http::ReplySink& client_;
  const bool hide_usage_;
  Outcome& outcome_;
  ContentWatch& watch_;
  const codec::Codec& theirs_;
  std::optional<codec::StopCutter> stops_;
  ir::Events events_;
  ir::Events passed_;                              // by the cutter
  std::optional<codec::ChatFinish> finish_words_;  // of a chat stream that passes
  std::list<std::string> mended_;                  // events of the last look that go out in other words
  std::optional<Error> failure_;
  bool content_ = false;   // something a reader would see
  bool finished_ = false;  // a finish was seen
  ir::FinishClass finish_ = ir::FinishClass::stop;
  bool ended_ = false;  // the format's own end mark was seen
  std::size_t text_bytes_ = 0;
  std::size_t events_passed_ = 0;
};

}  // namespace omniroute::pipeline

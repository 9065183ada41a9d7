#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/task.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"

/// Compaction: a Responses client hands over a long conversation and gets one opaque item back that stands for it, by
/// POST /v1/responses/compact or by a last input item `compaction_trigger`. Upstreams that offer it do it themselves. For all
/// others the model is asked for a summary, which travels in an item of ours and becomes text again when it comes back.
namespace omniroute::pipeline {

enum class Compaction : std::uint8_t { none, endpoint, trigger };

/// How the request asks for it.
Compaction compaction_asked(const Exchange& exchange);

/// Where the input holds items of ours, puts their summaries in their place as user text, whatever the target is. Errors:
/// bad_request naming an item that is damaged.
Status restore_summaries(Exchange& exchange);

/// What an upstream's own compaction took, where it says so.
ir::Usage usage_of_compaction(std::string_view body);

/// True for refusals which say that the upstream has no compaction.
bool lacks_compaction(const Error& error) noexcept;
/// The name of such a refusal in the trace, where a compaction was asked for by its own path.
inline constexpr std::string_view no_compaction = "no compaction";

/// Turns the request into one for a summary: the same conversation without a stream, tools that may not be called, and the
/// wish at its end.
Status ask_for_summary(Exchange& exchange);

/// Takes the summary in and gives the client what it asked for: a compaction object, or a response whose only output is the
/// compaction item, as a stream if it wants one. Refusals pass as they are.
class SummaryReply final : public http::ReplySink {
 public:
  SummaryReply(http::ReplySink& client, Compaction asked, bool stream) : client_(client), asked_(asked), stream_(stream) {}

  Task<Status> send(int status, std::span<const http::Header> headers, std::string_view body) override;
  Task<Status> begin(int status, std::span<const http::Header> headers) override { return client_.begin(status, headers); }
  Task<Status> push(std::string_view piece) override { return client_.push(piece); }
  Task<Status> end() override { return client_.end(); }
  void abort() noexcept override { client_.abort(); }
  [[nodiscard]] bool begun() const noexcept override { return client_.begun(); }
  void watch_client(net::PeerWatch* watch) noexcept override { client_.watch_client(watch); }

 private:
  http::ReplySink& client_;
  Compaction asked_;
  bool stream_;
};

}  // namespace omniroute::pipeline

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gemini/partial_args.hpp"
#include "omniroute/ir/event.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::codec::gemini {

/// Reads an answer chunk by chunk; a whole answer is one chunk. A finish may come early and more than once (some
/// servers put it on every chunk), and counts change in both directions, so both are told at the end.
class ChunkReader {
 public:
  void chunk(json::Value response, ir::Events& out);
  /// The body ended. `whole`: it was one JSON body, which cannot have been cut, so a missing finish is no failure.
  void end(bool whole, ir::Events& out);
  void fail(Error error, ir::Events& out);
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  /// True once anything that looks like an answer was read.
  [[nodiscard]] bool begun() const noexcept { return begun_; }

 private:
  struct Candidate {
    std::uint32_t choice = 0;
    std::uint32_t part = 0;  // the open one
    bool open = false;
    ir::PartOpen::Kind kind = ir::PartOpen::Kind::text;
    std::optional<PartialArgs> args{};  // a call that comes in pieces is open
    bool has_calls = false;
    std::string finish{};
    std::vector<std::pair<std::string, std::string>> members{};  // beside content and finishReason: last value of each
    std::string citations_name{};                                // "citationSources", on Vertex "citations"
    std::vector<std::string> citations{};
  };
  struct Counts {
    std::optional<std::int64_t> prompt, tool_prompt, cached, candidates, thoughts, total;
  };

  void begin(json::Value response, ir::Events& out);
  Candidate& candidate_at(std::uint32_t choice);
  void read_candidate(Candidate& candidate, json::Value value, ir::Events& out);
  void read_part(Candidate& candidate, json::Value part, ir::Events& out);
  void read_member(Candidate& candidate, std::string_view name, json::Value value);
  void read_text(Candidate& candidate, std::string_view text, bool thought, ir::Events& out);
  void read_call(Candidate& candidate, json::Value call, std::string_view signature, ir::Events& out);
  void read_media(Candidate& candidate, json::Value part, json::Value data, ir::Events& out);
  void read_usage(json::Value usage, ir::Events& out);
  ir::PartOpen& open(Candidate& candidate, ir::PartOpen::Kind kind, ir::Events& out);
  void close(Candidate& candidate, ir::Events& out);
  void tell_citations(const Candidate& candidate, ir::Events& out);
  void tell_finish(Candidate& candidate, ir::Events& out);

  std::vector<Candidate> candidates_;
  Counts counts_;
  std::string blocked_;          // promptFeedback.blockReason
  std::string prompt_feedback_;  // raw
  std::uint32_t parts_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace omniroute::codec::gemini

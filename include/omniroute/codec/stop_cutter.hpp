#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/ir/event.hpp"

namespace omniroute::codec {

/// The stop sequences of a request that a target of another format does not take, so that the gateway has to see to them:
/// all for Responses, those beyond the fourth for chat and beyond the fifth for Gemini, blank ones for Anthropic.
std::vector<std::string> stops_left(const ir::ChatRequest& request, ir::Format target);

/// Ends an answer's text at the first stop sequence, for upstreams that take none (Responses) or not that many. A filter
/// over events: text that may be the beginning of a sequence is held back until more comes or its part ends, so that
/// nothing of a sequence is ever passed on, however it was cut into deltas.
///   for each event: cutter.filter(std::move(event), out);  if (cutter.cut()) the upstream may be cancelled and end() called.
/// Reasoning, refusals and tool arguments are not looked at. With several choices each is cut on its own.
class StopCutter {
 public:
  /// Empty sequences are ignored.
  explicit StopCutter(std::vector<std::string> stops);

  /// Appends to `out` what of the event may go on. After a cut only usage and the end do, and the finish is
  /// `stop` with the sequence that was met.
  void filter(ir::Event event, ir::Events& out);
  /// True once the first choice was cut.
  [[nodiscard]] bool cut() const noexcept;
  /// After a cut, in place of what the upstream would still send: the finish and the end.
  void end(ir::Events& out);

 private:
  struct Part {
    std::uint32_t number;
    std::uint32_t choice;
    bool text;
    std::string held{};
  };
  struct Cut {
    std::uint32_t choice;
    std::string stop;
  };
  Part* find(std::uint32_t number) noexcept;
  const Cut* cut_of(std::uint32_t choice) const noexcept;
  void take_text(Part& part, std::string text, ir::Events& out);
  void cut_choice(std::uint32_t choice, std::string_view stop, ir::Events& out);
  void close(std::uint32_t number, ir::Events& out);
  ir::Finish finish_of(const Cut& cut) const;

  std::vector<std::string> stops_;
  std::vector<Part> parts_;  // open ones
  std::vector<Cut> cuts_;
  bool ended_ = false;
};

}  // namespace omniroute::codec

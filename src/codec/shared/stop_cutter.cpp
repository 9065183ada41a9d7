#include "omniroute/codec/stop_cutter.hpp"

#include <algorithm>
#include <utility>

#include "shared/history.hpp"

namespace omniroute::codec {
namespace {

struct Match {
  std::size_t begin = std::string::npos;
  std::size_t end = std::string::npos;
  std::string_view stop;
};

// Generation ends where the first sequence is whole; of two that are whole at once the longer one counts.
Match first_match(std::string_view text, const std::vector<std::string>& stops) {
  Match found;
  for (const std::string& stop : stops) {
    const std::size_t begin = text.find(stop);
    if (begin == std::string_view::npos) continue;
    const std::size_t end = begin + stop.size();
    if (end < found.end || (end == found.end && begin < found.begin)) found = {begin, end, stop};
  }
  return found;
}

// How much of the text's end may be the beginning of a sequence.
std::size_t possible_beginning(std::string_view text, const std::vector<std::string>& stops) {
  std::size_t longest = 0;
  for (const std::string& stop : stops) {
    const std::size_t most = std::min(stop.size() - 1, text.size());
    for (std::size_t length = most; length > longest; --length)
      if (text.substr(text.size() - length) == std::string_view(stop).substr(0, length)) longest = length;
  }
  return longest;
}

constexpr std::size_t chat_takes = 4;
constexpr std::size_t gemini_takes = 5;

bool takes(ir::Format target, std::string_view stop, std::size_t place) {
  switch (target) {
    case ir::Format::openai_chat: return place < chat_takes;
    case ir::Format::openai_responses: return false;
    case ir::Format::anthropic: return !is_blank(stop);
    case ir::Format::gemini: return place < gemini_takes;
  }
  return false;
}

}  // namespace

std::vector<std::string> stops_left(const ir::ChatRequest& request, ir::Format target) {
  std::vector<std::string> left;
  if (request.origin == target) return left;
  for (std::size_t place = 0; place < request.stop.size(); ++place)
    if (!request.stop[place].empty() && !takes(target, request.stop[place], place)) left.push_back(request.stop[place]);
  return left;
}

StopCutter::StopCutter(std::vector<std::string> stops) : stops_(std::move(stops)) {
  std::erase_if(stops_, [](const std::string& stop) { return stop.empty(); });
}

bool StopCutter::cut() const noexcept { return cut_of(0) != nullptr; }

StopCutter::Part* StopCutter::find(std::uint32_t number) noexcept {
  const auto it = std::find_if(parts_.begin(), parts_.end(), [number](const Part& part) { return part.number == number; });
  return it == parts_.end() ? nullptr : &*it;
}

const StopCutter::Cut* StopCutter::cut_of(std::uint32_t choice) const noexcept {
  const auto it = std::find_if(cuts_.begin(), cuts_.end(), [choice](const Cut& cut) { return cut.choice == choice; });
  return it == cuts_.end() ? nullptr : &*it;
}

ir::Finish StopCutter::finish_of(const Cut& cut) const {
  ir::Finish finish;
  finish.stop_sequence = cut.stop;
  finish.choice = cut.choice;
  return finish;
}

void StopCutter::filter(ir::Event event, ir::Events& out) {
  if (ended_) return;
  if (const auto* opened = std::get_if<ir::PartOpen>(&event)) {
    if (cut_of(opened->choice) != nullptr) return;
    parts_.push_back({opened->part, opened->choice, opened->kind == ir::PartOpen::Kind::text});
  } else if (auto* more = std::get_if<ir::PartDelta>(&event)) {
    Part* part = find(more->part);
    if (part == nullptr) return;
    if (part->text) return take_text(*part, std::move(more->text), out);
  } else if (const auto* closed = std::get_if<ir::PartClose>(&event)) {
    return close(closed->part, out);
  } else if (const auto* bytes = std::get_if<ir::PartOpaque>(&event)) {
    if (find(bytes->part) == nullptr) return;
  } else if (const auto* note = std::get_if<ir::PartNote>(&event)) {
    if (find(note->part) == nullptr) return;
  } else if (const auto* finished = std::get_if<ir::Finish>(&event)) {
    if (const Cut* cut = cut_of(finished->choice)) {
      out.emplace_back(finish_of(*cut));
      return;
    }
  } else if (std::holds_alternative<ir::Failure>(event)) {
    // What the answer lacks lies behind its end.
    if (cut()) return end(out);
  } else if (std::holds_alternative<ir::Restart>(event)) {
    parts_.clear();
    cuts_.clear();
  }
  if (std::holds_alternative<ir::End>(event)) ended_ = true;
  out.push_back(std::move(event));
}

void StopCutter::take_text(Part& part, std::string text, ir::Events& out) {
  if (!part.held.empty()) text.insert(0, std::exchange(part.held, {}));
  const Match match = first_match(text, stops_);
  if (!match.stop.empty()) {
    text.resize(match.begin);
    if (!text.empty()) out.emplace_back(ir::PartDelta{part.number, std::move(text)});
    cut_choice(part.choice, match.stop, out);
    return;
  }
  if (const std::size_t held = possible_beginning(text, stops_); held > 0) {
    part.held = text.substr(text.size() - held);
    text.resize(text.size() - held);
  }
  if (!text.empty()) out.emplace_back(ir::PartDelta{part.number, std::move(text)});
}

void StopCutter::cut_choice(std::uint32_t choice, std::string_view stop, ir::Events& out) {
  cuts_.push_back({choice, std::string(stop)});
  for (const Part& part : parts_)
    if (part.choice == choice) out.emplace_back(ir::PartClose{part.number});
  std::erase_if(parts_, [choice](const Part& part) { return part.choice == choice; });
}

void StopCutter::close(std::uint32_t number, ir::Events& out) {
  Part* part = find(number);
  if (part == nullptr) return;
  if (!part->held.empty()) out.emplace_back(ir::PartDelta{number, std::move(part->held)});
  out.emplace_back(ir::PartClose{number});
  parts_.erase(parts_.begin() + (part - parts_.data()));
}

void StopCutter::end(ir::Events& out) {
  if (ended_ || cuts_.empty()) return;
  ended_ = true;
  for (const Cut& cut : cuts_) out.emplace_back(finish_of(cut));
  out.emplace_back(ir::End{});
}

}  // namespace omniroute::codec

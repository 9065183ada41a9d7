#include "line_diff.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <vector>

#include "omniroute/base/secret.hpp"

namespace omniroute::services {
namespace {

constexpr std::size_t around = 3;
/// Beyond so many pairs of lines the middle is shown as taken out and put in as a whole.
constexpr std::size_t most_pairs = 4'000'000;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// A line of the answer: ' ', '-' or '+' and which line of which text.
struct Step {
  char sign = ' ';
  std::size_t old_line = 0;
  std::size_t new_line = 0;
};

/// The middle, by the longest common subsequence.
void middle(const Lines& a, const Lines& b, std::size_t from, std::size_t a_end, std::size_t b_end, std::vector<Step>& steps) {
  const std::size_t rows = a_end - from;
  const std::size_t columns = b_end - from;
  std::vector<std::uint32_t> best;
  if (rows * columns <= most_pairs) {
    best.assign((rows + 1) * (columns + 1), 0);
    for (std::size_t i = rows; i-- > 0;)
      for (std::size_t j = columns; j-- > 0;) {
        std::uint32_t& cell = best[i * (columns + 1) + j];
        const std::uint32_t down = best[(i + 1) * (columns + 1) + j];
        const std::uint32_t right = best[i * (columns + 1) + j + 1];
        cell = a[from + i] == b[from + j] ? best[(i + 1) * (columns + 1) + j + 1] + 1 : std::max(down, right);
      }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    const bool both = i < rows && j < columns;
    if (both && !best.empty() && a[from + i] == b[from + j]) {
      steps.push_back({' ', from + i++, from + j++});
    } else if (i < rows && (!both || best.empty() || best[(i + 1) * (columns + 1) + j] >= best[i * (columns + 1) + j + 1])) {
      steps.push_back({'-', from + i++, from + j});
    } else {
      steps.push_back({'+', from + i, from + j++});
    }
  }
}

std::string hunk(const Lines& a, const Lines& b, const std::vector<Step>& steps, std::size_t begin, std::size_t end) {
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    const Step& step = steps[i];
    if (step.sign != '+') ++old_count;
    if (step.sign != '-') ++new_count;
    std::string_view line = step.sign == '+' ? b[step.new_line] : a[step.old_line];
    const bool whole = line.ends_with('\n');
    if (whole) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text += step.sign + std::string(line) + "\n";
    if (!whole) text += "\\ no line end\n";
  }
  const auto range = [](std::size_t first, std::size_t count) {
    return std::to_string(count == 0 ? first : first + 1) + "," + std::to_string(count);
  };
  return "@@ -" + range(steps[begin].old_line, old_count) + " +" + range(steps[begin].new_line, new_count) + " @@\n" + text;
}

bool names_a_secret(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower.ends_with("env_key")) return false;  // names a variable
  constexpr std::array words{"key", "token", "secret", "password", "auth", "credential"};
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return lower.find(word) != std::string::npos; });
}

bool looks_like_a_secret(std::string_view value) {
  constexpr std::array<std::string_view, 9> beginnings{"sk-", "sk_", "gsk_", "ghp_", "gho_", "AIza", "xai-", "eyJ", "Bearer "};
  return value.size() >= 16 &&
         std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view each) { return value.starts_with(each); });
}

/// Behind the closing quote of the string that begins at `at`; the line's end if it has none.
std::size_t end_of_string(std::string_view line, std::size_t at) {
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == '\\' && line[at] == '"') {
      ++i;
    } else if (line[i] == line[at]) {
      return i + 1;
    }
  }
  return line.size();
}

/// A member's name right before `at`: a word or a string, then ':' or '='.
std::string_view name_before(std::string_view line, std::size_t at) {
  std::size_t end = line.find_last_not_of(" \t", at == 0 ? 0 : at - 1);
  if (end == std::string_view::npos || (line[end] != ':' && line[end] != '=')) return {};
  end = line.find_last_not_of(" \t\"'", end == 0 ? 0 : end - 1);
  if (end == std::string_view::npos) return {};
  const std::size_t before = line.find_last_of(" \t\"',{", end);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return line.substr(begin, end + 1 - begin);
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after) {
  const Lines a = lines_of(before);
  const Lines b = lines_of(after);
  std::size_t from = 0;
  while (from < a.size() && from < b.size() && a[from] == b[from]) ++from;
  std::size_t same = 0;
  while (same < a.size() - from && same < b.size() - from && a[a.size() - 1 - same] == b[b.size() - 1 - same]) ++same;
  if (from == a.size() && from == b.size()) return "";
  std::vector<Step> steps;
  for (std::size_t i = from - std::min(from, around); i < from; ++i) steps.push_back({' ', i, i});
  middle(a, b, from, a.size() - same, b.size() - same, steps);
  for (std::size_t i = 0; i < std::min(same, around); ++i) steps.push_back({' ', a.size() - same + i, b.size() - same + i});
  std::string text;
  for (std::size_t begin = 0; begin < steps.size();) {
    // A hunk goes on until more than twice the surroundings are the same.
    std::size_t last = begin;
    std::size_t first = begin;
    while (first < steps.size() && steps[first].sign == ' ') ++first;
    if (first == steps.size()) break;
    for (std::size_t i = first; i < steps.size() && i - last <= 2 * around + 1; ++i)
      if (steps[i].sign != ' ') last = i;
    const std::size_t start = first - std::min(first - begin, around);
    const std::size_t end = std::min(last + 1 + around, steps.size());
    text += hunk(a, b, steps, start, end);
    begin = end;
  }
  return text;
}

std::string without_secrets(std::string_view text) {
  std::string shown;
  for (const std::string_view line : lines_of(text)) {
    std::size_t at = 0;
    while (at < line.size()) {
      const std::size_t quote = line.find_first_of("\"'", at);
      if (quote == std::string_view::npos) break;
      const std::size_t end = end_of_string(line, quote);
      const std::string_view value = line.substr(quote + 1, end - quote - std::min<std::size_t>(2, end - quote));
      shown += line.substr(at, quote - at);
      const std::size_t behind = line.find_first_not_of(" \t", end);
      const bool is_name = behind != std::string_view::npos && line[behind] == ':';
      if (!is_name && !value.empty() && (names_a_secret(name_before(line, quote)) || looks_like_a_secret(value))) {
        shown += line[quote] + Secret(std::string(value)).hint() + line[quote];
      } else {
        shown += line.substr(quote, end - quote);
      }
      at = end;
    }
    shown += line.substr(at);
  }
  return shown;
}

}  // namespace omniroute::services

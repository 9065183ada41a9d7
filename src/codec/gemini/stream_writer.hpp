#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/reply_writer.hpp"

namespace omniroute::codec::gemini {

/// Writes an answer chunk by chunk, or gathers it into one response. Text goes out at once, calls when their arguments
/// are whole.
class Writer final : public ReplyWriter {
 public:
  enum class Framing : std::uint8_t {
    events,  ///< data lines, CRLF
    array,   ///< one JSON array, element by element
    whole,   ///< nothing until take_response()
  };
  Writer(const ReplyContext& context, Framing framing);
  [[nodiscard]] std::string take_response() { return std::move(response_); }

 private:
  void begin(std::string& out) override;
  void open(const OpenPart& part, std::string& out) override;
  void delta(const OpenPart& part, std::string_view text, std::string& out) override;
  void opaque(const OpenPart& part, const ir::Opaque& opaque, std::string& out) override;
  void note(const OpenPart& part, const ir::PartNote& note, std::string& out) override;
  void close(const OpenPart& part, std::string& out) override;
  void finish(const std::vector<ir::Finish>& finishes, const ir::Usage& usage, std::string& out) override;
  void fail(const Error& error, std::string& out) override;
  void ping(std::string& out) override;
  [[nodiscard]] bool signs_empty_text() const override { return true; }

  [[nodiscard]] bool hidden(const OpenPart& part) const noexcept;
  /// Sends or keeps one part, given as a JSON object.
  void put(std::uint32_t choice, std::string_view part, std::string& out);
  void put_text(std::uint32_t choice, std::string_view text, bool thought, std::string_view signature, std::string& out);
  bool sign_last(std::string_view signature, std::string& out);
  void put_call(const ir::PartOpen& call, std::string_view arguments, std::string& out);
  void put_kept_calls(const std::vector<ir::Finish>& finishes, std::string& out);
  void put_media(const ir::PartOpen& part, std::string& out);
  void frame(std::string_view body, std::string& out);
  void write_candidate(const ir::Finish& finish, std::string_view parts, std::string& body) const;

  struct KeptCall {
    ir::PartOpen head;
    std::string arguments;
  };

  Framing framing_;
  bool show_thoughts_ = true;
  bool first_ = true;
  std::string tail_;                // ,"modelVersion":…,"responseId":…}
  std::vector<std::string> parts_;  // whole: by choice, the parts so far
  std::string text_;                // whole: text of the open part; calls: arguments
  bool said_ = false;               // the open part has text that is shown
  std::string signature_;           // whole: of the open part
  std::string pending_;             // bytes of another vendor that wait for a call to stand on
  std::vector<KeptCall> broken_;    // calls whose arguments are not JSON: the finish decides
  std::string grounding_;           // cited pages of other formats
  std::size_t signable_ = 0;        // size of the buffer right after a text part was written into it
  std::string response_;
};

}  // namespace omniroute::codec::gemini

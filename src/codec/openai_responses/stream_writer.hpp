#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/reply_writer.hpp"

namespace omniroute::codec::responses {

/// Writes an answer as events and, on the way, the response object that its last event carries. Parts of one item (by
/// item id) are written into one; its end waits until another item begins.
class Writer final : public ReplyWriter {
 public:
  explicit Writer(const ReplyContext& context) : ReplyWriter(context, Order::one_at_a_time) {}
  /// The final response object; "" before the end.
  [[nodiscard]] std::string take_response() { return std::move(response_); }

 private:
  enum class Type : std::uint8_t { none, message, reasoning, function, custom, native };

  void begin(std::string& out) override;
  void settle();
  void open(const OpenPart& part, std::string& out) override;
  void delta(const OpenPart& part, std::string_view text, std::string& out) override;
  void opaque(const OpenPart& part, const ir::Opaque& opaque, std::string& out) override;
  void note(const OpenPart& part, const ir::PartNote& note, std::string& out) override;
  void close(const OpenPart& part, std::string& out) override;
  void finish(const std::vector<ir::Finish>& finishes, const ir::Usage& usage, std::string& out) override;
  void fail(const Error& error, std::string& out) override;
  void ping(std::string& out) override;
  [[nodiscard]] bool keeps_empty(const ir::PartOpen& part) const override;

  // Events: "type" and sequence number, then members by the caller, then end_event().
  void begin_event(std::string_view type, std::string& out);
  static void end_event(std::string& out) { out += "}\n\n"; }
  void place(std::string_view index_name, std::string& out) const;
  void item_event(std::string_view type, std::string_view item, std::string& out);
  void state_event(std::string_view type, std::string& out);

  void open_item(Type type, const OpenPart& part, std::string& out);
  void close_item(bool complete, std::string& out);
  void open_piece(std::string& out);
  void close_message_piece(std::string& out);
  void close_reasoning_piece(std::string& out);
  void close_call(std::string& out);
  [[nodiscard]] std::string item_object(std::string_view status, bool whole) const;
  [[nodiscard]] std::string native_object(const OpenPart& part, std::string_view id) const;
  void write_whole_item(const std::string& item, std::string& out);
  void write_image(const ir::Media& media, std::string& out);
  void write_carrier(const ir::Opaque& opaque, std::string_view item_id, std::string& out);
  [[nodiscard]] std::string response_object(std::string_view status, std::string_view error, std::string_view details,
                                            const ir::Usage* usage) const;

  std::string id_;
  std::string echo_;
  std::int64_t sequence_ = 0;
  std::size_t items_ = 0;  // written or open
  std::string output_;     // closed items
  std::string response_;
  bool any_content_ = false;
  bool any_call_ = false;

  // The open item.
  Type type_ = Type::none;
  OpenPart head_;
  std::string source_id_;  // the reader's item id; parts with the same one belong to it
  std::string item_id_;
  std::string content_;  // closed content parts (message) or reasoning texts
  std::string summary_;  // closed summaries
  std::string encrypted_;
  std::string place_;  // members that say where a delta belongs, up to its text
  // The open piece of it.
  bool piece_open_ = false;
  bool summary_piece_ = false;
  bool refusal_ = false;
  std::uint32_t pieces_ = 0;  // content parts of the item
  std::uint32_t summary_pieces_ = 0;
  std::uint32_t notes_ = 0;
  std::string annotations_;
  std::string text_;
  std::vector<ir::Opaque> after_;  // signatures on text: they follow as carriers
};

}  // namespace omniroute::codec::responses

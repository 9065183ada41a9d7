#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"

/// JSON as the gateway reads it: a strict RFC 8259 parser into a flat list of nodes that point into the text. Member
/// order, numbers and escapes stay as written (prompt caches and big integers depend on it), and any value can be
/// taken out as raw text. Reused, a Document allocates nothing for the next text of the same size.
namespace omniroute::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
std::string_view to_string(Kind kind) noexcept;

class Document;

/// A value inside a Document, or none. Cheap to copy; lives as long as the Document and its text are unchanged.
class Value {
 public:
  Value() = default;
  explicit operator bool() const noexcept { return document_ != nullptr; }
  [[nodiscard]] Kind kind() const noexcept;
  [[nodiscard]] bool is(Kind kind_wanted) const noexcept { return document_ != nullptr && kind() == kind_wanted; }
  /// True for a missing value and for JSON null alike.
  [[nodiscard]] bool absent() const noexcept { return document_ == nullptr || kind() == Kind::null; }

  /// The value as written, quotes included.
  [[nodiscard]] std::string_view raw() const noexcept;
  /// A string's characters. Escapes are decoded into the Document; a lone surrogate comes out in its three-byte
  /// form (WTF-8), so that halves split over two stream events can still be joined. "" for other kinds.
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] bool boolean() const noexcept;
  /// A number as a 64-bit integer; false if it is none, has a fraction, or does not fit.
  bool integer(std::int64_t& out) const noexcept;
  /// A number as a double; false for other kinds.
  bool number(double& out) const noexcept;

  /// Elements of an array or members of an object; 0 for other kinds.
  [[nodiscard]] std::size_t size() const noexcept;
  /// The member of that name (the last one if it is there twice, as JSON.parse does), or none.
  [[nodiscard]] Value find(std::string_view key) const;

  /// Walks an array's elements or an object's members: for (auto it = v.begin(); it != v.end(); ++it).
  class Iterator;
  [[nodiscard]] Iterator begin() const noexcept;
  [[nodiscard]] Iterator end() const noexcept;

 private:
  friend class Document;
  Value(const Document* document, std::uint32_t index) noexcept : document_(document), index_(index) {}
  const Document* document_ = nullptr;
  std::uint32_t index_ = 0;
};

class Value::Iterator {
 public:
  Iterator(const Document* document, std::uint32_t at, bool members) noexcept : document_(document), at_(at), members_(members) {}
  /// The element, or the member's value.
  Value operator*() const noexcept;
  /// The member's name, decoded; "" in an array.
  [[nodiscard]] std::string_view key() const;
  Iterator& operator++() noexcept;
  bool operator==(const Iterator& other) const noexcept { return at_ == other.at_; }

 private:
  const Document* document_;
  std::uint32_t at_;
  bool members_;
};

/// Deepest nesting that is accepted. Real requests stay below 40; a bound keeps hostile ones from growing state.
inline constexpr std::size_t max_depth = 512;

class Document {
 public:
  Document() = default;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Reads one JSON text, which must outlive the Document's use. Refused: anything RFC 8259 refuses, invalid UTF-8,
  /// deeper nesting than max_depth, texts above 4 GB. The error (bad_request) names the path and the byte.
  Status parse(std::string_view text);
  [[nodiscard]] Value root() const noexcept { return nodes_.empty() ? Value() : Value(this, 0); }

 private:
  friend class Value;
  friend class Value::Iterator;
  friend class NodeSink;
  struct Node {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t next;   // index behind this value and all inside it
    std::uint32_t count;  // elements or members
    Kind kind;
    bool escaped;
  };
  [[nodiscard]] std::string_view decoded(const Node& node) const;

  std::string_view text_;
  std::vector<Node> nodes_;
  mutable std::list<std::string> decoded_;  // strings that had escapes; a list keeps views valid, and an empty one allocates nothing
};

/// What scan() found: the raw text of a top-level member, an empty view if it is not there.
struct Member {
  std::string_view key;
  std::string_view value{};
  std::size_t seen = 0;  ///< how often the name occurs
};

/// Checks a whole text as Document::parse does, without keeping it, and finds top-level members on the way.
/// For bodies that pass through: 100 KB takes some tens of microseconds and no allocation. The root must be an object.
Status scan(std::string_view text, std::span<Member> wanted);

/// True if the whole text is valid UTF-8 (Unicode 15, section 3.9: no overlong forms, no surrogates).
[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

/// Decodes the inside of a JSON string literal (without its quotes); lone surrogates as in Value::text().
void append_unescaped(std::string_view literal, std::string& out);

}  // namespace omniroute::json

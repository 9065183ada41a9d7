// scan() accepts exactly the objects that Document accepts, and finds the same members.
#include <array>

#include "check.hpp"
#include "omniroute/json/document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using omniroute::json::Document;
  using omniroute::json::Kind;
  using omniroute::json::Member;
  std::string_view text = text_of(data, size);
  std::array<Member, 3> wanted{Member{"model"}, Member{"stream"}, Member{"a"}};
  omniroute::Status scanned = omniroute::json::scan(text, wanted);
  Document document;
  bool parsed = document.parse(text).ok() && document.root().is(Kind::object);
  check(scanned.ok() == parsed, "scan and parse agree on what is an object");
  if (!parsed) return 0;
  for (const Member& member : wanted) {
    omniroute::json::Value value = document.root().find(member.key);
    check((member.seen > 0) == static_cast<bool>(value), "scan and parse find the same members");
    if (value && member.seen == 1) check(member.value == value.raw(), "a member has the same raw text in both");
  }
  return 0;
}

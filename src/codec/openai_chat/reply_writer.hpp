#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/json/writer.hpp"
#include "shared/reply_writer.hpp"

/// What whole answers and streams of chat have in common.
namespace omniroute::codec::chat {

std::string answer_id(const ir::Start& start, bool made);
/// Writes an element of `images`; false (nothing written) if the media is no image.
bool write_image(const ir::Media& media, json::Writer& out);
/// True if there is something to say of the note in this format.
[[nodiscard]] bool has_note(const ir::PartNote& note) noexcept;
/// Writes an element of `annotations`; the range is that of the cited text where the note has none.
void write_note(const ir::PartNote& note, std::int64_t begin, std::int64_t end, json::Writer& out);
/// Characters (code points) of UTF-8 text.
[[nodiscard]] std::int64_t characters(std::string_view text) noexcept;
/// Writes the member `error`.
void write_error(const Error& error, json::Writer& out);

}  // namespace omniroute::codec::chat

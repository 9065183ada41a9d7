#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/json/writer.hpp"
#include "shared/ids.hpp"
#include "shared/reply_writer.hpp"

/// What whole answers and streams of anthropic have in common.
namespace omniroute::codec::anthropic {

std::string answer_id(const ir::Start& start);
/// The finish of the one answer this format has.
ir::Finish answer_end(const std::vector<ir::Finish>& finishes);
/// Writes stop_reason, stop_sequence and stop_details.
void write_end(const ir::Finish& finish, json::Writer& out);
/// Writes the error object with its envelope.
void write_error(const Error& error, std::string_view request_id, json::Writer& out);
std::string legal_call_id(std::string_view id);
/// What stands for media of the answer, for which the format has no place.
std::string_view media_note(const ir::Media& media) noexcept;

}  // namespace omniroute::codec::anthropic

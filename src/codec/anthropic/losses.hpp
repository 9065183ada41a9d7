#pragma once
#include <array>

#include "shared/losses.hpp"

namespace omniroute::codec::anthropic {

/// What Anthropic Messages cannot carry (wire-formats.md 5.1, 8, 11).
inline constexpr std::array loss_table{
    LossRule{Field::max_output, Cause::range, Fate::nearest, "brought down to the model's limit"},
    LossRule{Field::temperature, Cause::range, Fate::nearest, "this format's range ends at 1"},
    LossRule{Field::temperature, Cause::model, Fate::dropped, "the model takes no sampling settings"},
    LossRule{Field::temperature, Cause::conflict, Fate::dropped, "thinking and sampling settings exclude each other"},
    LossRule{Field::top_p, Cause::model, Fate::dropped, "the model takes no sampling settings"},
    LossRule{Field::top_p, Cause::conflict, Fate::dropped, "thinking and sampling settings exclude each other"},
    LossRule{Field::top_p, Cause::count, Fate::dropped, "newer models take only one of temperature and top_p"},
    LossRule{Field::top_k, Cause::model, Fate::dropped, "the model takes no sampling settings"},
    LossRule{Field::top_k, Cause::conflict, Fate::dropped, "thinking and sampling settings exclude each other"},
    LossRule{Field::seed, Cause::absent, Fate::dropped, "anthropic has no such member"},
    LossRule{Field::presence_penalty, Cause::absent, Fate::dropped, "anthropic has no such member"},
    LossRule{Field::frequency_penalty, Cause::absent, Fate::dropped, "anthropic has no such member"},
    LossRule{Field::stop, Cause::kind, Fate::nearest, "blank stop sequences are refused; the gateway itself ends the answer at them"},
    LossRule{Field::candidates, Cause::absent, Fate::refused, "this target gives one answer to a request."},
    LossRule{Field::output_format, Cause::words, Fate::nearest, "asked for in words"},
    LossRule{Field::thinking, Cause::model, Fate::dropped, "the model does not think"},
    LossRule{Field::thinking, Cause::conflict, Fate::dropped, "a forced tool call and thinking exclude each other"},
    LossRule{Field::thinking, Cause::lacking, Fate::dropped, "the model takes no effort"},
    LossRule{Field::thinking, Cause::history, Fate::dropped, "the calls of the last turn come without this vendor's thinking"},
    LossRule{Field::thinking, Cause::room, Fate::dropped, "the output limit leaves no room for thinking"},
    LossRule{Field::thinking, Cause::words, Fate::nearest, "the effort became a budget"},
    LossRule{Field::thinking, Cause::kind, Fate::nearest, "the budget became an effort"},
    LossRule{Field::thinking, Cause::range, Fate::nearest, "the budget was brought within its limits"},
    LossRule{Field::verbosity, Cause::absent, Fate::dropped, "anthropic has no such member"},
    LossRule{Field::metadata, Cause::absent, Fate::dropped, "anthropic has no such member"},
    LossRule{Field::cache_key, Cause::absent, Fate::dropped, "anthropic has no such member"},
    LossRule{Field::store, Cause::absent, Fate::dropped, "anthropic has no such member"},
    LossRule{Field::service_tier, Cause::absent, Fate::dropped, "the words for tiers differ"},
    LossRule{Field::hosted_tools, Cause::vendor, Fate::dropped, "the vendor's own tool"},
    LossRule{Field::tool_choice, Cause::lacking, Fate::dropped, "it points at a tool that the target lacks"},
    LossRule{Field::strict, Cause::model, Fate::dropped, "few models of the target hold a call to its schema"},
    LossRule{Field::custom_tool, Cause::absent, Fate::nearest, "a function with one string `input`, unwrapped in the answer"},
    LossRule{Field::previous_response, Cause::vendor, Fate::refused, "the target keeps no responses, and this one is not known here."},
    LossRule{Field::system_turn, Cause::model, Fate::nearest, "a system message in the middle became marked user text"},
    LossRule{Field::speaker, Cause::absent, Fate::nearest, "the speaker's name stands before the text"},
    LossRule{Field::begun_answer, Cause::model, Fate::refused, "this model does not take a final assistant message to go on from"},
    LossRule{Field::image, Cause::kind, Fate::refused, "images of this type are not taken here; send png, jpeg, gif or webp"},
    LossRule{Field::detail, Cause::absent, Fate::dropped, "the target chooses an image's resolution itself"},
    LossRule{Field::document, Cause::kind, Fate::refused, "documents of this type are not taken here; send PDF or text"},
    LossRule{Field::document, Cause::broken, Fate::refused, "the document is not valid base64"},
    LossRule{Field::text_document, Cause::broken, Fate::refused, "the document is not text in UTF-8"},
    LossRule{Field::audio, Cause::absent, Fate::refused, "audio cannot be sent to this target"},
    LossRule{Field::video, Cause::absent, Fate::refused, "video cannot be sent to this target"},
    LossRule{Field::file_id, Cause::absent, Fate::refused, "a file that lies at another vendor cannot be sent to this target"},
    LossRule{Field::answer_media, Cause::absent, Fate::dropped, "only the user's turns hold media here"},
    LossRule{Field::cache_mark, Cause::count, Fate::nearest, "four cache marks are taken; the last four were kept"},
    LossRule{Field::citations, Cause::absent, Fate::dropped, "citations of earlier answers stay with their own format"},
    LossRule{Field::members, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::orphan_result, Cause::history, Fate::nearest, "a tool result without its call became text"},
    LossRule{Field::reasoning, Cause::vendor, Fate::dropped, "thinking without this vendor's signature is refused"},
    LossRule{Field::signature, Cause::absent, Fate::dropped, "bytes that only their vendor can read"},
    LossRule{Field::refusal, Cause::absent, Fate::nearest, "as text"},
    LossRule{Field::own_part, Cause::vendor, Fate::dropped, "only its own format knows this part"},
    LossRule{Field::extras, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::extras, Cause::vendor, Fate::refused, "what it asks for lies at another vendor and cannot be had from this target."},
};

consteval const LossRule& rule(Field field, Cause cause) { return row_of(loss_table, field, cause); }

}  // namespace omniroute::codec::anthropic

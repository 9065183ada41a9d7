#pragma once
#include <array>

#include "shared/losses.hpp"

namespace omniroute::codec::chat {

/// What Chat Completions cannot carry (wire-formats.md 3.1, 8, 11).
inline constexpr std::array loss_table{
    LossRule{Field::max_output, Cause::range, Fate::nearest, "brought within the model's limits"},
    LossRule{Field::temperature, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::top_p, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::presence_penalty, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::frequency_penalty, Cause::range, Fate::nearest, "brought within the range of the target"},
    LossRule{Field::top_k, Cause::absent, Fate::dropped, "chat has no such member"},
    LossRule{Field::stop, Cause::count, Fate::nearest, "chat takes four; the gateway itself ends the answer at the others"},
    LossRule{Field::thinking, Cause::model, Fate::dropped, "the model does not reason"},
    LossRule{Field::thinking, Cause::off, Fate::dropped, "the target has no word for no reasoning"},
    LossRule{Field::thinking, Cause::lacking, Fate::dropped, "the target does not know this effort"},
    LossRule{Field::thinking, Cause::words, Fate::nearest, "as the nearest effort the target knows"},
    LossRule{Field::user, Cause::range, Fate::nearest, "chat takes 64 characters; a hash stands for it"},
    LossRule{Field::service_tier, Cause::absent, Fate::dropped, "the words for tiers differ"},
    LossRule{Field::hosted_tools, Cause::vendor, Fate::dropped, "the vendor's own tool"},
    LossRule{Field::tool_choice, Cause::lacking, Fate::dropped, "it points at a tool that the target lacks"},
    LossRule{Field::custom_tool, Cause::model, Fate::nearest,
             "where the target knows functions only: a function with one string `input`, unwrapped in the answer"},
    LossRule{Field::previous_response, Cause::vendor, Fate::refused, "the target keeps no responses, and this one is not known here."},
    LossRule{Field::system, Cause::vendor, Fate::dropped, "the client's billing line is for its own vendor"},
    LossRule{Field::begun_answer, Cause::absent, Fate::nearest, "the answer begun was followed by a request to go on"},
    LossRule{Field::document_url, Cause::absent, Fate::nearest,
             "a document by address goes as file_data, which not every provider fetches"},
    LossRule{Field::text_document, Cause::absent, Fate::nearest, "a text document goes as a text part under its name"},
    LossRule{Field::audio, Cause::kind, Fate::refused, "audio by address cannot be sent to this target; send it inline"},
    LossRule{Field::video, Cause::absent, Fate::nearest, "video goes as video_url"},
    LossRule{Field::file_id, Cause::absent, Fate::refused, "a file that lies at another vendor cannot be sent to this target"},
    LossRule{Field::answer_media, Cause::absent, Fate::dropped, "media of the assistant's have no place"},
    LossRule{Field::cache_mark, Cause::absent, Fate::dropped, "the target caches by itself"},
    LossRule{Field::citations, Cause::absent, Fate::dropped, "citations of earlier answers stay with their own format"},
    LossRule{Field::members, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::error_mark, Cause::absent, Fate::dropped, "a tool message has no error mark; its text stays"},
    LossRule{Field::orphan_result, Cause::history, Fate::nearest, "a tool result without its call became text"},
    LossRule{Field::reasoning, Cause::absent, Fate::dropped, "reasoning of an earlier turn has no place in this target"},
    LossRule{Field::signature, Cause::absent, Fate::dropped, "bytes that only their vendor can read"},
    LossRule{Field::own_part, Cause::vendor, Fate::dropped, "only its own format knows this part"},
    LossRule{Field::extras, Cause::absent, Fate::dropped, "the target's format has no such member"},
    LossRule{Field::extras, Cause::vendor, Fate::refused, "what it asks for lies at another vendor and cannot be had from this target."},
};

consteval const LossRule& rule(Field field, Cause cause) { return row_of(loss_table, field, cause); }

}  // namespace omniroute::codec::chat

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useQuery } from "../../api/query";
import type { CliSlot } from "../../api/schema";
import type { ApiError } from "../../api/client";
import type { Combo, RoutedModel } from "../../api/types";
import { lookup, t } from "../../i18n";
import { FieldError } from "../../ui";

interface Props { slots: CliSlot[]; models: Record<string, string>; error: ApiError | null; onChange: (models: Record<string, string>) => void }

/** A field for each of a tool's slots, with what this gateway serves to choose from. */
export function Models({ slots, models, error, onChange }: Props): JSX.Element {
  const id = useId();
  const served = useQuery<{ models: RoutedModel[] }>("/api/models").data?.models.filter((each) => each.available) ?? [];
  const combos = useQuery<{ combos: Combo[] }>("/api/combos").data?.combos.filter((each) => each.isActive) ?? [];
  return (
    <fieldset class="pairs">
      <legend>{t("tools.models")}</legend>
      {slots.map((slot) => {
        const wrong = error?.field === `models.${slot.id}` ? error.message : null;
        const name = lookup(`tools.slot.${slot.id}`) ?? slot.id;
        return (
          <div class="field" key={slot.id}>
            <label for={`${id}-${slot.id}`}>{name}</label>
            <input class="input" id={`${id}-${slot.id}`} list={`${id}-models`} value={models[slot.id] ?? ""} required={slot.required} autocomplete="off" spellcheck={false} placeholder={slot.required ? "" : t("tools.model.any")}
              aria-invalid={wrong ? "true" : undefined} aria-describedby={wrong ? `${id}-${slot.id}-error` : undefined} onInput={(event) => onChange({ ...models, [slot.id]: event.currentTarget.value })} />
            <FieldError id={`${id}-${slot.id}-error`} text={wrong} />
          </div>
        );
      })}
      <datalist id={`${id}-models`}>
        {combos.map((each) => <option key={each.id} value={each.name}>{t("tools.combo")}</option>)}
        {served.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
      </datalist>
    </fieldset>
  );
}

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useQuery } from "../../api/query";
import type { Bodies, Setting } from "../../api/types";
import { bytes, t } from "../../i18n";
import { Button, Empty, ErrorPanel, Select, Skeleton, Tabs } from "../../ui";
import { BodyView, DiffView } from "./body";
import "../../ui/more"; // so that what these share is in one file with it
import { ForgetBodies, record } from "./recording";
import { type Side, sidesOf } from "./said";

/** Why nothing is there, and how to have it next time. */
function Unrecorded(): JSX.Element {
  const settings = useQuery<{ settings: Setting[] }>("/api/settings").data?.settings;
  const find = (key: string): Setting | undefined => settings?.find((row) => row.key === key);
  const switched = find("request_logs");
  const kept = find("request_log_bytes");
  if (!switched) return <Skeleton lines={3} />;
  const hours = Number(find("request_log_hours")?.value ?? 24);
  if (switched.value === true) return <Empty title={t("said.none")}>{t("said.none.on", { hours })}</Empty>;
  return (
    <Empty title={t("said.none")} action={
      <div class="row center">
        {switched.source === "environment" ? <code>{switched.environment}</code> : <Button kind="primary" onClick={() => void record(true)}>{t("said.record")}</Button>}
        <a class="button" href="/dashboard/keys">{t("said.onekey")}</a>
      </div>
    }>
      {t("said.none.off", { hours, size: bytes(Number(kept?.value ?? 65_536)) })}
    </Empty>
  );
}

/** What was received, sent with each try, answered and returned; any two side by side as their difference. */
export default function Said({ id }: { id: string }): JSX.Element {
  const { data, error } = useQuery<Bodies>(`/api/usage/logs/${encodeURIComponent(id)}/bodies`);
  const [chosen, setChosen] = useState("received");
  const [other, setOther] = useState("");
  if (error?.status === 404) return <Unrecorded />;
  if (!data) return error ? <ErrorPanel error={error} /> : <Skeleton lines={8} />;
  const sides = sidesOf(data);
  const [first] = sides;
  const many = data.attempts.length > 1;
  const nameOf = (side: Side): string => {
    if (side.kind === "received" || side.kind === "returned") return t(`said.${side.kind}`);
    return many ? t(`said.${side.kind}.of`, { attempt: side.attempt }) : t(`said.${side.kind}`);
  };
  const side = sides.find((each) => each.id === chosen) ?? first;
  const against = sides.find((each) => each.id === other && each !== side);
  return (
    <div class="stack">
      <Tabs label={t("said.sides")} tabs={sides.map((each) => ({ id: each.id, name: nameOf(each) }))} active={side.id} onChange={setChosen}>
        <div class="stack-small">
          <Select label={t("said.compare")} value={against?.id ?? ""} onChange={setOther} options={[{ value: "", text: t("said.compare.none") }, ...sides.filter((each) => each !== side).map((each) => ({ value: each.id, text: nameOf(each) }))]} />
          {against ? <DiffView from={against} to={side} names={[nameOf(against), nameOf(side)]} /> : <BodyView key={side.id} side={side} name={nameOf(side)} id={id} />}
        </div>
      </Tabs>
      <ForgetBodies />
    </div>
  );
}

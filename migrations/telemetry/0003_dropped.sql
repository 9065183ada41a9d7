-- What the target's format could not carry of the request, as in the answer's header x-omniroute-dropped: "stop, logit_bias".

ALTER TABLE usage ADD COLUMN dropped TEXT NOT NULL DEFAULT '';

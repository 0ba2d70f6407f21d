-- A shadow copies to a version of the preset or to one model.
ALTER TABLE "preset_shadow" ALTER COLUMN "version" DROP NOT NULL, ADD COLUMN "model" TEXT;
ALTER TABLE preset_shadow ADD CONSTRAINT preset_shadow_tried CHECK ((version IS NULL) <> (model IS NULL));

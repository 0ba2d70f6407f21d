-- When day or hour were changed: an hour before that is none that was missed.
ALTER TABLE "preset_drill_schedule" ADD COLUMN "changedAt" TIMESTAMPTZ(3);

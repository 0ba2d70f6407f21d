-- CreateTable
CREATE TABLE "status_sample" (
    "subject" TEXT NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "ok" BIGINT NOT NULL,
    "failed" BIGINT NOT NULL,

    CONSTRAINT "status_sample_pkey" PRIMARY KEY ("subject","bucket")
);

-- CreateIndex
CREATE INDEX "status_sample_bucket_idx" ON "status_sample"("bucket");

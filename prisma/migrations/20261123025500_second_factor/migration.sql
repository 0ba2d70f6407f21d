-- CreateTable
CREATE TABLE "second_factor" (
    "userId" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "confirmedAt" TIMESTAMPTZ(3),
    "lastStep" BIGINT NOT NULL DEFAULT 0,
    "recovery" TEXT[],

    CONSTRAINT "second_factor_pkey" PRIMARY KEY ("userId")
);

-- AddForeignKey
ALTER TABLE "second_factor" ADD CONSTRAINT "second_factor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

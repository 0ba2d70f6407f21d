-- AlterTable
ALTER TABLE "stored_response" ADD COLUMN     "itemIds" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- CreateIndex
CREATE INDEX "stored_response_itemIds_idx" ON "stored_response" USING GIN ("itemIds");

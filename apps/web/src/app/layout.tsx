import type { Metadata } from "next";
import type { ReactNode } from "react";
import { ThemeProvider } from "next-themes";
import { ToastProvider } from "@trunkline/ui";
import { TrpcProvider } from "../features/trpc/provider.tsx";
import { geistMono, geistSans } from "./fonts.ts";
import "./globals.css";

export const metadata: Metadata = { title: { default: "Trunkline", template: "%s · Trunkline" }, description: "One API key and one integration for every model of every provider." };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning className={`${geistSans.variable} ${geistMono.variable}`}>
      <body>
        <a className="skip" href="#main">Skip to content</a>
        <ThemeProvider attribute="data-theme" defaultTheme="system" disableTransitionOnChange><ToastProvider><TrpcProvider>{children}</TrpcProvider></ToastProvider></ThemeProvider>
      </body>
    </html>
  );
}

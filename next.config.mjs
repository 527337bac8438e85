// Read by `next build` and `next typegen` too, which is why it is set here and not by whoever starts them.
process.env.NEXT_TELEMETRY_DISABLED = '1'

/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Next takes 127.0.0.1 for a foreign origin in development, and the page would never come alive there.
  allowedDevOrigins: ['127.0.0.1', 'localhost', '[::1]'],
  // Looks up advisories on the network in development.
  experimental: { agentUpgrade: false },
  // `npm run types` checks them, with those of the server and the tests.
  typescript: { ignoreBuildErrors: true },
}

export default config

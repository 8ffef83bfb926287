/**
 * The tables of OroPlatform from which accounts are read, with three users: `admin` (5) of two organisations, one of
 * them disabled, `Ünal; DROP` (6) without anything, and `locked` (7), who may not log in. In words that PostgreSQL and MariaDB share.
 */
export function oroTables(password: string): readonly string[] {
  const user = (id: number, name: string, enabled: boolean) =>
    `INSERT INTO oro_user (id, username, password, enabled) VALUES (${id}, '${name}', '${password}', ${enabled})`;
  return [
    'CREATE TABLE oro_user (id INT PRIMARY KEY, username VARCHAR(255) UNIQUE, password VARCHAR(255), enabled BOOLEAN NOT NULL)',
    'CREATE TABLE oro_access_role (id INT PRIMARY KEY, role VARCHAR(30) UNIQUE, label VARCHAR(30))',
    'CREATE TABLE oro_user_access_role (user_id INT, role_id INT, PRIMARY KEY (user_id, role_id))',
    'CREATE TABLE oro_organization (id INT PRIMARY KEY, enabled BOOLEAN NOT NULL)',
    'CREATE TABLE oro_user_organization (user_id INT, organization_id INT, PRIMARY KEY (user_id, organization_id))',
    user(5, 'admin', true),
    user(6, 'Ünal; DROP', true),
    user(7, 'locked', false),
    "INSERT INTO oro_access_role VALUES (1, 'ROLE_USER', 'User'), (2, 'ROLE_ADMINISTRATOR', 'Administrator')",
    'INSERT INTO oro_user_access_role VALUES (5, 1), (5, 2), (7, 1)',
    'INSERT INTO oro_organization VALUES (7, true), (8, false), (9, true)',
    'INSERT INTO oro_user_organization VALUES (5, 7), (5, 8), (7, 7)',
  ];
}

// SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What test_second_client.py has node-oracledb do: it reads how to connect from its input, and says what it found.
"use strict";
const wanted = JSON.parse(require("fs").readFileSync(0, "utf8"));
const oracledb = require(wanted.module);

async function main() {
  const login = {user: wanted.user, password: wanted.password, connectString: wanted.connectString};
  const connection = await oracledb.getConnection(login);
  const said = {thin: connection.thin, version: connection.oracleServerVersionString};
  const result = await connection.execute("SELECT id, name, TO_CHAR(d, 'YYYY-MM-DD'), c FROM t WHERE id = :id", {id: 1});
  said.rows = [];
  for (const row of result.rows) said.rows.push([row[0], row[1], row[2], (await row[3].getData()).length]);
  const many = await connection.executeMany("INSERT INTO t (id, name) VALUES (:1, :2)", [[2, "é"], [3, null]]);
  said.inserted = many.rowsAffected;
  try {
    await connection.execute("INSERT INTO t (id) VALUES (1)");
  } catch (error) {
    said.duplicate = error.errorNum;
  }
  await connection.commit();
  said.text = (await connection.execute("SELECT text FROM user_views")).rows[0][0];
  const cursor = (await connection.execute("SELECT id FROM t ORDER BY id", [], {resultSet: true})).resultSet;
  said.fetched = await cursor.getRows(100);
  await cursor.close();
  connection.callTimeout = 200;
  try {
    await connection.execute("BEGIN DBMS_SESSION.SLEEP(20); END;");
  } catch (error) {
    said.timeout = error.code;
  }
  connection.callTimeout = 0;
  said.after = (await connection.execute("SELECT 7 FROM dual")).rows;
  await connection.close();
  try {
    await oracledb.getConnection({...login, password: "not it"});
  } catch (error) {
    said.wrong = error.errorNum;
  }
  console.log(JSON.stringify(said));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that connect to a SQL Server."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of the connection."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - The server's DNS name. Its certificate has to hold it; a connection is always encrypted, and the certificate
        always verified.
    type: str
    required: true
  connect_address:
    description: The name or address that packets go to instead of O(server).
    type: str
  port:
    description: The server's port.
    type: int
    default: 1433
  ca_certificates:
    description: A PEM file of the authorities to trust instead of those that the system trusts.
    type: path
  timeout:
    description: How many seconds to wait for the connection and the login.
    type: int
    default: 15
  authentication:
    description:
      - Who logs in.
      - V(sql) is a login of SQL Server, with O(login_user) and O(login_password).
      - V(windows) is the account that runs the module, by Kerberos (C(kinit), or the keytab that E(KRB5_CLIENT_KTNAME)
        names). The ticket is for the service C(MSSQLSvc/server:port), whatever O(connect_address) is.
      - V(entra_password), V(entra_service_principal) and V(entra_managed_identity) are accounts of Microsoft Entra ID,
        as far as the driver offers them. O(login_user) is the account, the application or the managed identity; a
        managed identity of the system's own has no name.
      - A login that is rejected is not tried again, because accounts lock.
    type: str
    choices: [sql, windows, entra_password, entra_service_principal, entra_managed_identity]
    default: sql
  login_user:
    description: Who logs in.
    type: str
  login_password:
    description: The password or secret of O(login_user).
    type: str
  driver:
    description:
      - The ODBC driver, as C(odbcinst -q -d) names it, or the absolute path of its library.
      - By default it is the first of these that is there, and RV(ignore:driver) says which.
        Microsoft's ODBC Driver 18 for SQL Server, its Driver 17, that of the wheel C(mssql-python-odbc).
      - FreeTDS is refused, because it cannot be told to verify the certificate.
    type: str
notes:
  - With O(authentication=windows) Microsoft's driver hands a forwardable ticket over to the server, which can then act
    as that account. Get one that is not forwardable (C(kinit -F)), or say C(enforce_ok_as_delegate = true) in
    C(krb5.conf), so that only servers that the domain trusts for delegation get it.
  - Statements wait at most 60 seconds for what others have locked, and then fail with error 1222.
requirements:
  - pyodbc >= 5.1.0, and the driver manager unixODBC
  - Microsoft's ODBC Driver 17 or 18 for SQL Server, or the Python package C(mssql-python-odbc). It needs the
    system's libgssapi_krb5 (Debian's libgssapi-krb5-2, Red Hat's krb5-libs), whoever logs in
"""

    SERVICE_RECORD = r"""
options:
  service_record:
    description:
      - The extended property in which the database itself says whether it is in service. It goes where the database
        goes, into backups and copies.
      - Data are only ever destroyed if its value is V(pre_live).
    type: str
    default: exam_scheduling_service
  protected:
    description:
      - Whether a database without O(service_record) is protected from being destroyed.
      - V(false) is for a database of which it is certain that nobody needs it. It never outweighs a record that is
        there.
    type: bool
    default: true
"""

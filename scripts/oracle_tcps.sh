#!/bin/sh
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Run inside the vendor's container by scripts/oracle_database.py, on standard input: makes its Oracle database speak
# tcps, with the certificate in /etc/exam-tls. WALLET_PASSWORD is in the environment. The image's own script for this is
# somewhere else in each of its versions, and signs its certificate itself.
set -eu

PATH=$ORACLE_HOME/bin:$PATH
settings=$ORACLE_BASE/oradata/dbconfig/${ORACLE_SID:-FREE}
wallet=$ORACLE_BASE/oradata/exam-tls

# a shell reads all of a function before it runs it: no program in it takes the rest of the script for its input
speak_tcps() {
    mkdir -p "$wallet"
    openssl pkcs12 -export -in /etc/exam-tls/fullchain.pem -inkey /etc/exam-tls/key.pem \
        -certfile /etc/exam-tls/root.pem -out "$wallet/server.p12" -passout env:WALLET_PASSWORD
    # orapki asks for passwords: twice for a new wallet's, then for the wallet's and the file's
    printf '%s\n%s\n' "$WALLET_PASSWORD" "$WALLET_PASSWORD" | orapki wallet create -wallet "$wallet" -auto_login
    printf '%s\n%s\n' "$WALLET_PASSWORD" "$WALLET_PASSWORD" |
        orapki wallet import_pkcs12 -wallet "$wallet" -pkcs12file "$wallet/server.p12"
    rm "$wallet/server.p12"

    for file in sqlnet.ora listener.ora; do
        cat >> "$settings/$file" << EOF

WALLET_LOCATION = (SOURCE = (METHOD = FILE)(METHOD_DATA = (DIRECTORY = $wallet)))
SSL_CLIENT_AUTHENTICATION = FALSE
EOF
    done
    sed -i '/(PROTOCOL *= *TCP)/a \    (ADDRESS = (PROTOCOL = TCPS)(HOST = 0.0.0.0)(PORT = 2484))' "$settings/listener.ora"
    grep -q TCPS "$settings/listener.ora"

    # `lsnrctl reload` opens no other port
    lsnrctl stop
    lsnrctl start
    echo 'ALTER SYSTEM REGISTER;' | sqlplus -s / as sysdba
}

speak_tcps < /dev/null

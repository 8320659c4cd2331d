"""Fills the directory of a domain that is not running yet, with Samba's own library. The argument is the domain's folder."""

import os
import sys
import time

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack
from samba.param import LoadParm
from samba.samdb import SamDB

folder = sys.argv[1]
password = os.environ["MIMEO_DIRECTORY_PASSWORD"]
settings = LoadParm()
settings.load(f"{folder}/etc/smb.conf")
directory = SamDB(url=f"{folder}/private/sam.ldb", session_info=system_session(settings), lp=settings)
root = str(directory.domain_dn())


def change(name, attribute, values, how=ldb.FLAG_MOD_REPLACE):
    found = directory.search(root, expression=f"(sAMAccountName={ldb.binary_encode(name)})", attrs=["1.1"])
    message = ldb.Message(found[0].dn)
    message[attribute] = ldb.MessageElement(values, how, attribute)
    directory.modify(message)


def filetime(seconds):
    return str((int(seconds) + 11644473600) * 10_000_000)


for name in ["asker", "svcMIMService", "svcOther", "svcDisabled", "svcExpired", "svcLocked", "svcOldPassword", "svc(x)"]:
    directory.newuser(name, password)
directory.disable_account("(sAMAccountName=svcDisabled)")
# 2020-01-31, 00:00 UTC.
change("svcExpired", "accountExpires", filetime(1580428800))
change("svcLocked", "lockoutTime", filetime(time.time()))
change("svcOldPassword", "pwdLastSet", "0")
directory.newgroup("MIMHosts")
directory.newcomputer("MIM01")

sid = directory.search(root, expression="(sAMAccountName=MIMHosts)", attrs=["objectSid"])[0]["objectSid"][0]
sid = directory.schema_format_value("objectSid", sid).decode()
allowed = security.descriptor.from_sddl(f"O:SYD:(A;;RPWP;;;{sid})(A;;RP;;;S-1-5-21-1-2-3-4444)", security.dom_sid(directory.get_domain_sid()))
for name, control in [("svcMIMPool", 4096), ("svcMIMOff", 4096 | 2)]:
    directory.add({
        "dn": f"CN={name},CN=Managed Service Accounts,{root}",
        "objectClass": "msDS-GroupManagedServiceAccount",
        "sAMAccountName": f"{name}$",
        "userAccountControl": str(control),
        "dNSHostName": f"{name}.contoso.com",
        "msDS-ManagedPasswordInterval": "30",
        "msDS-GroupMSAMembership": ndr_pack(allowed),
    })

add = ldb.FLAG_MOD_ADD
change("svcMIMService", "servicePrincipalName", ["FIMService/mim.contoso.com", "FIMService/mim"], add)
change("svcMIMPool$", "servicePrincipalName", ["http/pool.contoso.com"], add)
# On the wrong account.
change("svcOther", "servicePrincipalName", ["http/portal.contoso.com"], add)
# On two accounts, which Samba refuses: it goes into the file below, past whatever checks.
[file] = [it for it in os.listdir(f"{folder}/private/sam.ldb.d") if it.upper() == f"{root}.ldb".upper()]
below = ldb.Ldb(f"{folder}/private/sam.ldb.d/{file}")
for name in ["svcMIMService", "svcOther"]:
    found = directory.search(root, expression=f"(sAMAccountName={name})", attrs=["1.1"])
    message = ldb.Message(ldb.Dn(below, str(found[0].dn)))
    message["servicePrincipalName"] = ldb.MessageElement(["FIMService/double.contoso.com"], add, "servicePrincipalName")
    below.modify(message)

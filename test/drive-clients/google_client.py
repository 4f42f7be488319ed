"""google-api-python-client against the emulator: arguments are its address and an access token. Prints one line per fact."""

import hashlib
import io
import json
import os
import sys

import google.oauth2.credentials
import googleapiclient
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError, ResumableUploadError
from googleapiclient.http import MediaIoBaseDownload, MediaIoBaseUpload

CHUNK = 256 * 1024
root, token = sys.argv[1:3]
documents = os.path.join(os.path.dirname(googleapiclient.__file__), "discovery_cache", "documents")
with open(os.path.join(documents, "drive.v3.json"), encoding="utf-8") as file:
    document = json.load(file)
document.update(rootUrl=root, baseUrl=root + "drive/v3/", mtlsRootUrl=root)
drive = build_from_document(document, credentials=google.oauth2.credentials.Credentials(token))


def check(name, condition):
    print(("ok " if condition else "FAILED ") + name, flush=True)
    if not condition:
        sys.exit(1)


def reason_of(error):
    return json.loads(error.content)["error"]["errors"][0]["reason"]


def upload(name, content, parent, **metadata):
    media = MediaIoBaseUpload(io.BytesIO(content), "application/octet-stream", chunksize=CHUNK, resumable=True)
    body = {"name": name, "parents": [parent], **metadata}
    request = drive.files().create(body=body, media_body=media, fields="id,size,sha256Checksum,properties")
    pieces, response = 0, None
    while response is None:
        _, response = request.next_chunk()
        pieces += 1
    return response, pieces


def download(file_id):
    target = io.BytesIO()
    downloader = MediaIoBaseDownload(target, drive.files().get_media(fileId=file_id), chunksize=CHUNK)
    done = False
    while not done:
        _, done = downloader.next_chunk()
    return target.getvalue()


content = os.urandom(5 * CHUNK + 12345)
digest = hashlib.sha256(content).hexdigest()
folder = drive.files().create(
    body={"name": "Alice's", "mimeType": "application/vnd.google-apps.folder"}, fields="id"
).execute()["id"]

# the test script makes the emulator keep half of the second piece, nothing of the fourth
stored, pieces = upload("model_ckpt_steps_2000.ckpt", content, folder, properties={"dsvcRun": "r"})
check("resumable upload through a short 308 and one without Range", pieces == 8 and stored["sha256Checksum"] == digest)
check("size is a string", stored["size"] == str(len(content)))
check("download in ranges", download(stored["id"]) == content)

small = MediaIoBaseUpload(io.BytesIO(b"abc"), "text/plain")
simple = drive.files().create(body={"name": "small.txt", "parents": [folder]}, media_body=small, fields="*").execute()
check("multipart upload", simple["size"] == "3" and simple["mimeType"] == "text/plain")
newer = MediaIoBaseUpload(io.BytesIO(b"abcd"), "text/plain")
updated = drive.files().update(fileId=simple["id"], media_body=newer, fields="size,headRevisionId").execute()
check("update of the bytes", updated["size"] == "4" and updated["headRevisionId"] != simple["headRevisionId"])
revisions = drive.revisions().list(fileId=simple["id"], fields="revisions(id,size)").execute()["revisions"]
check("revisions", [revision["size"] for revision in revisions] == ["3", "4"])
former = drive.revisions().get_media(fileId=simple["id"], revisionId=revisions[0]["id"]).execute()
check("bytes of a revision", former == b"abc")

for i in range(5):
    drive.files().create(body={"name": f"twin {i % 2}", "parents": [folder]}).execute()
request = drive.files().list(
    q=f"'{folder}' in parents and trashed = false", pageSize=3, fields="nextPageToken,files(id,name)", orderBy="name"
)
seen = []
while request is not None:
    page = request.execute()
    seen += page["files"]
    request = drive.files().list_next(request, page)
check("pages of a list", len(seen) == 7 and len({file["id"] for file in seen}) == 7)
by_property = drive.files().list(q="properties has { key='dsvcRun' and value='r' }").execute()
check("search by property", [file["id"] for file in by_property["files"]] == [stored["id"]])
check("default fields", set(by_property["files"][0]) == {"kind", "id", "name", "mimeType"})
apostrophe = drive.files().list(q="name = 'alice\\'s'").execute()
check("name ignores case, apostrophe escaped", [file["id"] for file in apostrophe["files"]] == [folder])

drive.files().update(fileId=stored["id"], body={"trashed": True}).execute()
left = drive.files().list(q=f"'{folder}' in parents and trashed = false", fields="files(id)").execute()["files"]
check("trash leaves the list", stored["id"] not in [file["id"] for file in left] and len(left) == 6)
check("trashed files can be read", download(stored["id"]) == content)
quota = drive.about().get(fields="storageQuota").execute()["storageQuota"]
check("the trash fills the quota", quota["usageInDriveTrash"] == str(len(content)))
back = drive.files().update(fileId=stored["id"], body={"trashed": False}, fields="trashed,properties").execute()
check("restore", back == {"trashed": False, "properties": {"dsvcRun": "r"}})

reserved = drive.files().generateIds(count=1).execute()["ids"][0]
made, _ = upload("once", content, folder, id=reserved)
check("reserved id", made["id"] == reserved)
try:
    upload("once", content, folder, id=reserved)
    check("a repeated id is refused", False)
except (HttpError, ResumableUploadError) as error:
    check("a repeated id is refused", error.resp.status == 409 and reason_of(error) == "fileIdInUse")
copied = drive.files().copy(fileId=reserved, body={"name": "copy"}, fields="id,sha256Checksum").execute()
check("copy", copied["sha256Checksum"] == digest and copied["id"] != reserved)
drive.files().delete(fileId=copied["id"]).execute()
try:
    drive.files().get(fileId=copied["id"]).execute()
    check("a deleted file is gone", False)
except HttpError as error:
    check("a deleted file is gone", error.resp.status == 404 and reason_of(error) == "notFound")
drive.files().update(fileId=folder, body={"trashed": True}).execute()
inner = drive.files().get(fileId=reserved, fields="trashed,explicitlyTrashed").execute()
check("a trashed folder takes its files along", inner == {"trashed": True, "explicitlyTrashed": False})
drive.files().emptyTrash().execute()
check("the trash is emptied", drive.files().list().execute()["files"] == [])

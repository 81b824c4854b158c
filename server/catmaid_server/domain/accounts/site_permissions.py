"""Names of the permissions that hold for a whole site, as answers list them for superusers.

CATMAID names them after the kinds of things that it keeps, with an app before and what may be done with them.
Nothing here is granted one by one, so a user who is no superuser has none.
"""

from __future__ import annotations

from typing import Final

_VERBS: Final = ("add", "change", "delete", "view")

_KINDS: Final = {
    "account": "emailaddress emailconfirmation",
    "admin": "logentry",
    "auth": "group permission user",
    "authtoken": "token tokenproxy",
    "contenttypes": "contenttype",
    "guardian": "groupobjectpermission userobjectpermission",
    "performancetests": "event testresult testview",
    "sessions": "session",
    "sites": "site",
    "socialaccount": "socialaccount socialapp socialtoken",
    "taggit": "tag taggeditem",
    "catmaid": """
        brokenslice cardinalityrestriction changerequest class classclass classinstance classinstanceclassinstance
        classinstanceclassinstanceproxy classinstanceproxy classproxy clientdata clientdatastore concept connector
        connectorclassinstance connectorgeom datasource dataview dataviewtype deeplink deeplinkstack
        deeplinkstackgroup dirtynodegridcachecell favoriteproject groupinactivityperiod groupinactivityperiodcontact
        groupproxy imagedata interpolatablesection location log message nblastconfig nblastsample nblastsimilarity
        nblastskeletonsourcetype nodegridcache nodegridcachecell nodequerycache point pointclassinstance pointcloud
        pointcloudgroupobjectpermission pointcloudimagedata pointcloudpoint pointclouduserobjectpermission
        pointconnector pointset project projectstack projecttoken regionofinterest regionofinterestclassinstance
        relation relationinstance restriction review reviewerwhitelist sampler samplerconnector samplerconnectorstate
        samplerdomain samplerdomainend samplerdomaintype samplerinterval samplerintervalstate samplerstate
        skeletonorigin skeletonsummary stack stackclassinstance stackgroup stackgroupclassinstance
        stackgrouprelation stackmirror stackstackgroup statssummary suppressedvirtualtreenode textlabel
        textlabellocation treenode treenodeclassinstance treenodeconnector treenodeconnectoredge treenodeedge
        userprofile userprojecttoken userproxy volume volumeclassinstance volumeorigin
    """,
}

_OF_THEIR_OWN: Final = (
    "can_administer", "can_administer_dataviews", "can_annotate", "can_annotate_with_token", "can_browse",
    "can_browse_dataviews", "can_fork", "can_import", "can_queue_compute_task", "can_read", "can_update",
)  # fmt: skip

SITE_PERMISSIONS: Final = (
    *(f"{app}.{verb}_{kind}" for app, kinds in _KINDS.items() for kind in kinds.split() for verb in _VERBS),
    *(f"catmaid.{name}" for name in _OF_THEIR_OWN),
)
"""Every one of them, as `<app>.<what may be done>`."""

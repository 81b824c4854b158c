"""A small project as the tables that bulk imports read, exactly as they are exported."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "users": "id,username\n2,admin\n40,ana\n",
    "neurons": "neuron_id,skeleton_id,model_of_link_id,name,user_id,num_nodes\n"
               '500,501,502,"a, ""b""",40,3\n503,504,505,NA,2,1\n506,,,empty,40,0\n',
    "treenodes": "id,parent_id,skeleton_id,x,y,z,radius,confidence,user_id\n"
                 "71,72,501,0.1,2,3,-1,5,40\n72,,501,10,2,3,12.5,4,40\n73,71,501,0,0,1e-07,-1,5,2\n"
                 "80,,504,-5,1,2,-1,5,40\n",
    "connectors": "id,x,y,z,confidence,user_id\n90,1,2,3,5,40\n",
    "links": "id,connector_id,treenode_id,skeleton_id,relation,confidence,user_id\n"
             "600,90,73,501,presynaptic_to,5,40\n601,90,80,504,postsynaptic_to,3,2\n",
    "annotations": "annotation_id,annotation_name,link_id,neuron_id,user_id\n"
                   "700,glia,,,40\n701,seen,710,500,40\n701,seen,711,503,40\n",
    "meta_annotations": "link_id,annotation_id,target_annotation_id,user_id\n712,700,701,2\n",
    "labels": "label_id,label_name,link_id,treenode_id,connector_id,user_id\n"
              "800,ends,810,73,,40\n800,ends,811,,90,2\n",
}  # fmt: skip


def write_files(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)

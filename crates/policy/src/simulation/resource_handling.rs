//! Which resources a simulation of EC2 must come with.

/// `ResourceHandlingOption`: a scenario of `ec2:RunInstances`, which needs a permission on each of several resources.
/// The action is allowed if it is on all of them; a scenario sees to it that none is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceHandling {
    /// `EC2-VPC-EBS`
    Ec2VpcEbs,
    /// `EC2-VPC-EBS-Subnet`
    Ec2VpcEbsSubnet,
    /// `EC2-VPC-InstanceStore`
    Ec2VpcInstanceStore,
    /// `EC2-VPC-InstanceStore-Subnet`
    Ec2VpcInstanceStoreSubnet,
}

impl ResourceHandling {
    /// Reads the API's name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "EC2-VPC-EBS" => Self::Ec2VpcEbs,
            "EC2-VPC-EBS-Subnet" => Self::Ec2VpcEbsSubnet,
            "EC2-VPC-InstanceStore" => Self::Ec2VpcInstanceStore,
            "EC2-VPC-InstanceStore-Subnet" => Self::Ec2VpcInstanceStoreSubnet,
            _ => return None,
        })
    }

    /// The types of resources that the scenario needs and the ARNs lack, as they stand in ARNs: `security-group`.
    pub fn missing(self, resources: &[impl AsRef<str>]) -> Vec<&'static str> {
        let is_there = |needed: &str| {
            resources
                .iter()
                .any(|resource| resource_type(resource.as_ref()).is_some_and(|found| found == needed))
        };
        self.needed().iter().copied().filter(|needed| !is_there(needed)).collect()
    }

    fn needed(self) -> &'static [&'static str] {
        match self {
            Self::Ec2VpcEbs => &["instance", "image", "security-group", "network-interface", "volume"],
            Self::Ec2VpcEbsSubnet => {
                &["instance", "image", "security-group", "network-interface", "subnet", "volume"]
            }
            Self::Ec2VpcInstanceStore => &["instance", "image", "security-group", "network-interface"],
            Self::Ec2VpcInstanceStoreSubnet => {
                &["instance", "image", "security-group", "network-interface", "subnet"]
            }
        }
    }
}

/// `instance` of `arn:aws:ec2:us-east-1:123456789012:instance/i-1`.
fn resource_type(arn: &str) -> Option<&str> {
    let [_, _, "ec2", _, _, resource] = crate::language::arn_pattern::split_arn(arn)? else { return None };
    resource.split_once('/').map(|(resource_type, _)| resource_type)
}
